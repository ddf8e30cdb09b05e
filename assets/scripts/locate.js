// "Use my location": fills the hidden `lat` and `lon` of the form that the button stands in. The words come from the
// page, in the reader's language: data-added, data-failed.
const WAIT = { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 };

export function offerLocation(box) {
  const button = box.querySelector("button");
  if (!navigator.geolocation || !button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    say(box, box.dataset.waiting, false);
    navigator.geolocation.getCurrentPosition((at) => fill(box, at.coords), () => say(box, box.dataset.failed, true), WAIT);
  });
}

function fill(box, { latitude, longitude }) {
  const fields = box.closest("form").elements;
  fields.lat.value = latitude.toFixed(5);
  fields.lon.value = longitude.toFixed(5);
  say(box, box.dataset.added, false);
}

function say(box, words, failed) {
  const status = box.querySelector("[role=status]");
  status.textContent = words;
  status.classList.toggle("dps-locate__failed", failed);
}
