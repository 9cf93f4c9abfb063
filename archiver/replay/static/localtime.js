// Says beside a UTC time what the reader's own clock showed then. The line is kept free, so that nothing moves.
"use strict";
(() => {
  const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  const parts = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" };
  const short = new Intl.DateTimeFormat(undefined, parts);
  const told = (machine, written = clock) => {
    const moment = new Date(machine);
    if (Number.isNaN(moment.getTime())) return "";
    return moment.getTimezoneOffset() === 0 ? "the same on your clock" : `${written.format(moment)} on your clock`;
  };
  for (const place of document.querySelectorAll("[data-local]")) {
    const text = told(place.dataset.local, short); // it fits into the lines kept for it; the year stands above
    if (text) place.textContent = text;
  }
  for (const time of document.querySelectorAll('time[datetime*="T"]')) {
    const text = told(time.dateTime);
    if (text) time.title = text;
  }
})();
