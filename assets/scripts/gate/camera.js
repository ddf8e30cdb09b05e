// QR codes from the camera: the browser's own detector where there is one, else a decoder that is fetched when it is
// first needed. A code that stays in view is told once.
const EVERY_MS = 150;
const SAME_MS = 4000;

export class Camera {
  constructor(video, decoder, found) {
    Object.assign(this, { video, decoder, found, last: "", seen: 0, paused: false });
  }

  /** Throws what getUserMedia throws: no camera, no permission. */
  async start() {
    const wish = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    this.video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
    await this.video.play();
    this.read ??= await reader(this.decoder);
    this.look();
  }

  stop() {
    this.video.srcObject?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
  }

  async look() {
    if (!this.video.srcObject) return;
    if (!this.paused && this.video.readyState >= 2) this.tell(await this.read(this.video).catch(() => ""));
    setTimeout(() => this.look(), EVERY_MS);
  }

  tell(text) {
    if (!text || this.paused) return;
    const again = text === this.last && Date.now() - this.seen < SAME_MS;
    [this.last, this.seen] = [text, Date.now()];
    if (!again) this.found(text);
  }
}

/** A function from a video to the text of the code in view, "" without one. */
async function reader(decoder) {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats?.()) ?? [];
  const Detector = formats.includes("qr_code") ? globalThis.BarcodeDetector : (await import(decoder)).BarcodeDetector;
  const detector = new Detector({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
}
