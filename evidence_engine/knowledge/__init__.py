"""What is known when: links, held values, numbers and counters out of samples, facts and proofs (D1–D13, D29, D31).

`links` (a connection's proofs) and `facts` (what holds for a series) → `reading` (until when each sample is known)
→ `held`, `numbers`, `counters` (plain and careful, side by side); `stretches` cuts what they say to windows.
"""
