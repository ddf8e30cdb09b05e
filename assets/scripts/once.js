// A second press while the first is still under way is one case all the same (the form carries its own id);
// this spares the reader the wait and the doubt.
const PATIENCE_MS = 8000;

export function guardForms(form) {
  let sent = 0;
  keepIdentity(form);
  form.addEventListener("submit", (event) => {
    if (Date.now() - sent < PATIENCE_MS) {
      event.preventDefault();
      return;
    }
    sent = Date.now();
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  // A page that comes back from the browser's memory can be sent again.
  window.addEventListener("pageshow", () => {
    sent = 0;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  });
}

// Back brings a fresh form with the old words in it. The place in the history remembers the form's id, so that the
// same words sent again are one case; other words are another case, whatever the id (core/web/forms.py).
function keepIdentity(form) {
  const field = form.elements.form_id;
  if (!field) return;
  field.value = history.state?.form ?? field.value;
  history.replaceState({ form: field.value }, "");
}
