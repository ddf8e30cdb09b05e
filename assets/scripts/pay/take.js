// What a browser can do to keep a page: copy its address, print it.
export function offerCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.address);
    button.textContent = button.dataset.copied;
  });
}

export function offerPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
