"use strict";
// Only what is live is replaced, and only when it has changed: the form keeps what is typed in it.
const live = document.getElementById("live");
let shown = null;
async function refresh() {
  if (!document.hidden) {
    try {
      const response = await fetch(live.dataset.source, { cache: "no-store" });
      if (response.ok) {
        const fresh = await response.text();
        if (fresh !== shown) live.innerHTML = shown = fresh;
      }
    } catch (unreachable) {
      // The stand-in is stopped or starts again: the next turn tells.
    }
  }
  setTimeout(refresh, 1500);
}
setTimeout(refresh, 1500);
