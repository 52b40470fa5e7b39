import type { TokenFlags, TokenOptions } from "./secret-flags.ts";

/**
 * The addresses of a server's page, with the token that it asks for: behind the # the token stays
 * in the browser, and no log on the way contains it.
 */
export function pageAddresses(urls: readonly string[], token: string | undefined): readonly string[] {
	return token === undefined ? urls : urls.map((url) => `${url}#token=${encodeURIComponent(token)}`);
}

/**
 * The tokens that may be printed. A terminal shows all of them; other output may end in a journal,
 * so it gets only tokens that stand on the command line anyway.
 *
 * @param hidden whether there are others, for which the page asks
 */
export function printableTokens(
	{ bearerToken, viewToken, recordToken }: TokenOptions,
	flags: TokenFlags,
	isTerminal: boolean,
): TokenOptions & { readonly hidden: boolean } {
	const steer = isTerminal ? bearerToken : flags.token;
	const watch = isTerminal ? viewToken : flags.viewToken;
	const record = isTerminal ? recordToken : flags.recordToken;
	return {
		bearerToken: steer,
		viewToken: watch,
		recordToken: record,
		hidden:
			mainToken({ bearerToken, viewToken, recordToken }) !== undefined &&
			(steer ?? watch ?? record) === undefined,
	};
}

/** The token with the most rights; `undefined`: there is none. */
export function mainToken({ bearerToken, viewToken, recordToken }: TokenOptions): string | undefined {
	return bearerToken ?? recordToken ?? viewToken;
}

/**
 * The addresses of the page as lines to print: to watch and steer, and, where there are tokens for
 * it, to watch and record, and to watch only.
 */
export function addressLines(
	urls: readonly string[],
	{ hidden, ...tokens }: ReturnType<typeof printableTokens>,
): string[] {
	const lines = (token: string | undefined) => [...pageAddresses(urls, token).map((url) => `  ${url}`), ""];
	const main = mainToken(tokens);
	const further = (heading: string, token: string | undefined) =>
		token === undefined || token === main ? [] : [heading, "", ...lines(token)];
	return [
		...lines(main),
		...further("To watch and record:", tokens.recordToken),
		...further("To watch only:", tokens.viewToken),
		...(hidden ? ["The page asks for the token.", ""] : []),
	];
}

/**
 * The addresses of the live view as lines to print: of the page for those who may record, and of
 * Rerun's own program, where it needs one by the command `rerun`.
 *
 * @param hasOwnCertificate the server has made its certificate itself.
 */
export function rerunLines(
	rerun: { readonly pageUrls: readonly string[]; readonly programUrls: readonly string[] } | undefined,
	{ bearerToken, recordToken }: TokenOptions,
	hasOwnCertificate: boolean,
): string[] {
	if (rerun === undefined) return [];
	const [page] = pageAddresses(rerun.pageUrls, bearerToken ?? recordToken);
	const [program] = rerun.programUrls;
	// Rerun's program sends no token, and trusts no self-made certificate: a relay does both.
	const relay = page && `panogaze rerun ${page}${hasOwnCertificate ? " --insecure" : ""}`;
	return [
		"All viewers, live in Rerun:",
		"",
		...[page, program ? `rerun ${program}` : relay].flatMap((line) => (line ? [`  ${line}`] : [])),
		"",
	];
}

/**
 * Prints, on a terminal, the first address that others can reach, for headsets and phones to scan.
 */
export async function printQrCode([, shared]: readonly string[], logLevel: string): Promise<void> {
	if (shared === undefined || !process.stdout.isTTY || logLevel === "silent") return;
	const { default: qrcode } = await import("qrcode-terminal");
	qrcode.generate(shared, { small: true }, (picture) => console.log(`${picture}\n  ${shared}\n`));
}
