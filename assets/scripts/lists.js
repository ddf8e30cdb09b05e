// A list may be pasted without this: with it, a file from the phone or computer is read into the text area, where it
// can be seen and corrected before it is sent. The file itself goes nowhere.
const LARGEST = 400_000;

export function offerFile(box) {
  const area = document.getElementById(box.dataset.list);
  const field = box.querySelector("input[type=file]");
  if (!area || !field) return;
  box.hidden = false;
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file || file.size > LARGEST) return;
    area.value = await file.text();
    area.focus();
  });
}
