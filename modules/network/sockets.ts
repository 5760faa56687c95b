/** The SDK's TCP classes, as the host gets them. modules/pico has others for a platform that needs them. */
export { default as Listener } from "embedded:io/socket/listener";
export { default as TCP } from "embedded:io/socket/tcp";
