/**
 * Types of budget.c. The module that declares its functions is written by `target/moddable.ts`, because only XS
 * can parse it.
 */
declare module "siege/budget" {
	/** Returns the environment variable XS_WEB_SOCKET_SIEGE. */
	export function setting(): string;
	/** Prints the memory peaks if they have changed. */
	export function report(): void;
}
