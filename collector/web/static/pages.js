// Keeps a page live: the server sends fragments of HTML by id, this swaps them. Nothing else happens here.
"use strict";
(() => {
  const body = document.body;
  if (!body.dataset.events || !window.EventSource) return;
  const lost = document.getElementById("lost");
  let broken = false;

  const say = (text) => {
    lost.textContent = text;
    lost.hidden = !text;
  };

  // What a reader opened or stands on survives the swap.
  const swap = (place, html) => {
    const open = [...place.querySelectorAll("details[open][id]")].map((d) => d.id);
    const scrolled = [...place.querySelectorAll(".scroll")].map((s) => s.scrollLeft);
    const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    place.innerHTML = html;
    open.forEach((id) => { const d = document.getElementById(id); if (d) d.open = true; });
    [...place.querySelectorAll(".scroll")].forEach((s, i) => { s.scrollLeft = scrolled[i] || 0; });
    if (focused !== null) {
      const same = [...place.querySelectorAll("a[href]")].find((a) => a.getAttribute("href") === focused);
      if (same) same.focus({ preventScroll: true });
    }
  };

  const stream = new EventSource(
    body.dataset.events + "?path=" + encodeURIComponent(location.pathname + location.search));
  stream.addEventListener("fragments", (event) => {
    const fragments = JSON.parse(event.data);
    for (const id of Object.keys(fragments)) {
      const place = document.getElementById(id);
      if (!place || !place.hasAttribute("data-live") || place.dataset.live === fragments[id].mark) continue;
      swap(place, fragments[id].html);
      place.dataset.live = fragments[id].mark;
    }
    if (broken) {
      broken = false;
      body.classList.remove("is-lost");
      say(body.dataset.back);
      setTimeout(() => { if (!broken) say(""); }, 4000);
    }
  });
  stream.onerror = () => {
    if (broken) return;
    broken = true;
    body.classList.add("is-lost");
    const live = document.querySelector(".live");
    say(body.dataset.lost.replace("{at}", live ? live.dataset.at : "—"));
  };
  window.addEventListener("pagehide", () => stream.close());
})();
