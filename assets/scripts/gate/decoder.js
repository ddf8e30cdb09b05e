// Reads QR codes where the browser cannot (Firefox, Safari, Chromium on desktops). Fetched by camera.js alone.
export { BarcodeDetector } from "qr/decode.js";
