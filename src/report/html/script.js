"use strict";
// Filters the table of verdicts. Without script everything is shown.
const form = document.getElementById("filter");
form.hidden = false;
const rows = [...document.querySelectorAll("#verdicts tbody tr")];
const shown = document.getElementById("shown");
function apply() {
  const words = form.elements.words.value.toLowerCase();
  const verdict = form.elements.verdict.value;
  let count = 0;
  for (const row of rows) {
    const visible = (!verdict || row.dataset.verdict === verdict) && row.textContent.toLowerCase().includes(words);
    row.hidden = !visible;
    if (visible) count += 1;
  }
  shown.textContent = count + " of " + rows.length + " verdicts";
}
form.addEventListener("input", apply);
form.addEventListener("submit", event => event.preventDefault());
apply();
