// Search as you type: asks the same address as the form does, and shows the answer in its place. Without this file the
// form works as forms do. `/` goes to the field, Escape leaves it.
"use strict";
(() => {
  const field = document.querySelector("input[data-search]");
  if (!field) return;
  const form = field.form;
  const place = document.querySelector("[data-found]");
  const status = document.querySelector("[data-status]");
  const instead = document.querySelector("[data-instead]");
  const before = location.href;
  const PAUSE = 120;
  const AGAIN = 1500;
  let timer = 0;
  let asking = null;

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at instanceof Element && at.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !field.value) field.blur();
  });
  if (!place || !status) return;

  const show = (words, answer) => {
    const found = new DOMParser().parseFromString(answer, "text/html").querySelector("[data-answer]");
    if (!found) return;
    place.replaceChildren(document.adoptNode(found));
    status.textContent = found.dataset.answer;
    if (instead) instead.hidden = words.trim() !== "";
    if (found.dataset.reading) timer = setTimeout(ask, AGAIN);
  };
  const ask = async () => {
    const words = field.value;
    const address = `${form.action}?q=${encodeURIComponent(words)}`;
    if (asking) asking.abort();
    asking = new AbortController();
    history.replaceState(null, "", words.trim() || !instead ? address : before);
    try {
      const answer = await fetch(`${address}&part=1`, { signal: asking.signal });
      if (answer.ok) show(words, await answer.text());
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = "The search was not answered.";
    }
  };
  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  if (place.querySelector("[data-reading]")) timer = setTimeout(ask, AGAIN);
})();
