// Steppers and the total of the form that `data-count` stands on. Amounts are whole rupiah; the price of each item
// is that of the chosen day: data-tariffs="2026-01-01=50000 2027-01-01=60000", oldest first.
const rupiah = (amount) => `Rp ${String(amount).replace(/\B(?=(\d{3})+$)/g, ".")}`;

export function countTickets(form) {
  form.querySelectorAll("[data-step]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => step(button, form));
  });
  form.addEventListener("input", () => tell(form));
  // Back brings the old numbers, after the page has run.
  window.addEventListener("pageshow", () => tell(form));
  tell(form);
}

function step(button, form) {
  const field = form.elements[button.dataset.for];
  const wished = whole(field.value) + Number(button.dataset.step);
  field.value = Math.min(Math.max(wished, 0), Number(field.max));
  tell(form);
}

function tell(form) {
  const day = form.elements.day?.value || form.dataset.today;
  let total = 0;
  form.querySelectorAll("[data-tariffs]").forEach((row) => {
    const price = priceOn(row.dataset.tariffs, day);
    const shown = row.querySelector("[data-price]");
    if (shown) shown.textContent = rupiah(price);
    total += price * wanted(row);
  });
  form.querySelector("[data-total]").textContent = rupiah(total);
  const button = form.querySelector("[data-pay]");
  button.textContent = total ? button.dataset.pay.replace("{amount}", rupiah(total)) : button.dataset.nothing;
}

function priceOn(tariffs, day) {
  const valid = tariffs.split(" ").map((one) => one.split("=")).filter(([from]) => from <= day);
  return valid.length ? Number(valid.at(-1)[1]) : 0;
}

function wanted(row) {
  const field = row.querySelector("input");
  return field.type === "radio" ? Number(field.checked) : whole(field.value);
}

function whole(typed) {
  const number = Math.trunc(Number(typed));
  return number > 0 ? number : 0;
}
