import qrcode from "qrcode-terminal";

/** The addresses of a server's page, with what it asks for: behind the # the token stays in the browser, and no log on the way gets to see it. */
export function pageAddresses(urls: readonly string[], token: string | undefined): readonly string[] {
	return token === undefined ? urls : urls.map((url) => `${url}#token=${encodeURIComponent(token)}`);
}

/** Prints, on a terminal, the first address that others can reach, for headsets and phones to scan. */
export function printQrCode([, shared]: readonly string[], logLevel: string): void {
	if (shared === undefined || !process.stdout.isTTY || logLevel === "silent") return;
	qrcode.generate(shared, { small: true }, (picture) => console.log(`${picture}\n  ${shared}\n`));
}
