// Says beside a UTC time what the reader's own clock showed then. The line is kept free, so that nothing moves.
"use strict";
(() => {
  const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  const told = (machine) => {
    const moment = new Date(machine);
    const same = Number.isNaN(moment.getTime()) || moment.getTimezoneOffset() === 0;
    return same ? "" : clock.format(moment);
  };
  for (const place of document.querySelectorAll("[data-local]")) {
    const text = told(place.dataset.local);
    if (text) place.textContent = `${text}, on your clock`;
  }
  for (const time of document.querySelectorAll('time[datetime*="T"]')) {
    const text = told(time.dateTime);
    if (text) time.title = `${text}, on your clock`;
  }
})();
