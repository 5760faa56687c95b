/** Where a Server listens: the option `hostInterface`. */

import { failureOf } from "../channel/failure.js";
import { hostNetwork, type Listener } from "../channel/network.js";
import { lowerCase } from "../rfc6455/characters.js";
import { type RawOptions, stringOption } from "./options.js";

/** The hostInterface that means every interface of this device. */
const everyInterface = "localhost";

/** Returns the option in lower case. @throws TypeError when it is not a string. */
export const interfaceOption = (raw: RawOptions): string => {
	const value = raw["hostInterface"] === "" ? undefined : stringOption(raw, "hostInterface");
	return lowerCase(value ?? everyInterface);
};

/**
 * Makes a listener.
 * @param hostInterface The option.
 * @throws Error that says why the server cannot listen.
 */
export const listen = (hostInterface: string, port: number, onReadable: () => void): Listener => {
	const provider = hostNetwork().listener;
	if (!provider)
		throw new Error("the host has no device.network.ws.listener; include xs-web-socket's manifest.json");
	const onEvery = hostInterface === everyInterface || hostInterface === "0.0.0.0" || hostInterface === "::";
	if (!onEvery && !isLoopback(hostInterface) && !provider.io.bindsAddress)
		throw new Error(
			`hostInterface is "${hostInterface}", but this platform listens on every interface; use "localhost", "0.0.0.0" or "::" for all of them, "127.0.0.1" or "::1" for this device alone`,
		);
	const options = { port, onReadable };
	try {
		return new provider.io(onEvery ? options : { ...options, address: hostInterface });
	} catch (error) {
		throw listenError(error, onEvery ? `port ${port}` : `port ${port} of ${hostInterface}`, port);
	}
};

/** 127.0.0.0/8, or ::1 (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export const isLoopback = (address: string): boolean => {
	return address.startsWith("127.") || address.startsWith("::ffff:127.") || address === "::1";
};

/** Returns why a listener could not be made. Platforms only say which call has failed. */
const listenError = (error: unknown, place: string, port: number): Error => {
	const message = failureOf(error).reason;
	if (message.indexOf("bind") < 0 && message.indexOf("listen") < 0) return new Error(`${place}: ${message}`);
	if (port === 0) return new Error(`${place}: no port is free, or the address is not one of this device`);
	const rights = port < 1024 ? ", or this program may not listen on ports below 1024" : "";
	return new Error(`${place} is already in use${rights}`);
};
