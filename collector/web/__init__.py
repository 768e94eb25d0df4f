"""The pages: server-rendered HTML and inline SVG over a `Board`, in Chinese and English (docs/pages.md)."""
