"use strict";
// Filters the table of verdicts. Without script everything is shown.
const form = document.getElementById("filter");
form.hidden = false;
const rows = [...document.querySelectorAll("#list tbody tr")];
const shown = document.getElementById("shown");
function apply() {
  const words = form.elements.words.value.toLowerCase();
  const verdict = form.elements.verdict.value;
  const severity = form.elements.severity.value;
  let count = 0;
  for (const row of rows) {
    const visible = (!verdict || row.dataset.verdict === verdict) &&
      (!severity || row.dataset.severity === severity) && row.textContent.toLowerCase().includes(words);
    row.hidden = !visible;
    if (visible) count += 1;
  }
  shown.textContent = count + " of " + rows.length + " verdicts";
}
form.addEventListener("input", apply);
// A reset shows all rows once the fields are empty.
form.addEventListener("reset", () => setTimeout(apply));
// What a link leads to must be there.
document.addEventListener("click", event => {
  if (event.target.matches('a[href^="#rule-"]')) form.reset(), apply();
});
form.addEventListener("submit", event => event.preventDefault());
apply();
