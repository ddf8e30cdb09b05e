// Two sounds that nobody confuses, also over the noise of a car park: up is yes, low is no. The phone shakes with them.
const SOUNDS = {
  yes: { type: "sine", notes: [[660, 0, 0.14], [990, 0.15, 0.25]], shake: [80] },
  no: { type: "sawtooth", notes: [[170, 0, 0.22], [130, 0.28, 0.4]], shake: [200, 80, 200] },
};

let context;

/** Browsers are silent until somebody has touched the page. */
for (const touch of ["pointerdown", "keydown"]) {
  addEventListener(touch, () => (context ??= new AudioContext()).resume(), { passive: true });
}

/** Whether it was heard. */
export function sound(kind) {
  const { type, notes, shake } = SOUNDS[kind];
  navigator.vibrate?.(shake);
  if (context?.state !== "running") return false;
  for (const note of notes) play(type, ...note);
  return true;
}

function play(type, frequency, after, length) {
  const tone = new OscillatorNode(context, { type, frequency });
  const volume = new GainNode(context, { gain: 0.4 });
  const start = context.currentTime + after;
  volume.gain.setTargetAtTime(0, start + length * 0.7, 0.03);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + length);
}
