export { prepareChromium as default } from "./chromium.ts";
