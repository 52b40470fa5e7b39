import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { homedir, networkInterfaces } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { wordsForFileError } from "../media/file-error-words.ts";
import { machineNames } from "./machine-names.ts";

/** A certificate of one's own, as PEM files. */
export interface CertificateFiles {
	/** The server's certificate; the certificates of its issuers may follow it. */
	readonly certFile: string;
	/** Its private key, without passphrase. */
	readonly keyFile: string;
}

/** The folder of the certificate that the server makes for itself. */
export interface CertificateFolder {
	/** @default the user's data folder: `dataFolder()` */
	readonly directory?: string | undefined;
}

/** `true`: a certificate that the server makes at the first start and keeps. */
export type HttpsOptions = true | CertificateFiles | CertificateFolder;

/** Properties by which people recognise the certificate in a browser. */
export interface CertificateInfo {
	/** SHA-256 of the certificate, as browsers show it: "AB:CD:...". */
	readonly fingerprint: string;
	/** End of its validity. */
	readonly expires: Date;
	/** Names that it holds, without patterns such as `*.example.org`. */
	readonly names: readonly string[];
	/** True if the server made it. Browsers don't know it then: each asks its user once. */
	readonly selfMade: boolean;
	/** Its file; absent if it could not be kept and ends with the server. */
	readonly file?: string | undefined;
}

/** A certificate with its key. */
export interface ServerCertificate {
	readonly info: CertificateInfo;
	/** Names that it is valid for, patterns such as `*.example.org` among them. */
	readonly names: readonly string[];
	/** PEM, for `tls`. */
	readonly cert: string;
	/** PEM, for `tls`. */
	readonly key: string;
}

/** The circumstances in which a certificate is loaded. */
export interface CertificateContext {
	/** Names and addresses that a certificate of the server's own has to hold. */
	readonly hosts: readonly string[];
	/** Receives sentences for the server's owner, such as that a certificate has expired. */
	readonly onNotice: (message: string) => void;
	/** Present time, milliseconds since 1970. @default the clock's */
	readonly nowMs?: number | undefined;
}

const DAY_MS = 86_400_000;
/**
 * Validity of a new certificate, from the day before it is made, for clocks that
 * are behind. Apple's systems refuse self-made certificates that are valid for more
 * than 825 days (support.apple.com/103769). The longer, the less often headsets
 * have to accept a new one.
 */
const VALID_DAYS = 820;
/** A certificate that ends within this time is replaced at the start: servers run for weeks. */
const RENEW_DAYS = 30;
/** Most names in a certificate: it keeps those of former networks, the newest first. */
const MAX_NAMES = 40;
const FILE_NAME = "https.pem";
/** A lock this old was left behind: making a certificate takes milliseconds. */
const LOCK_STALE_MS = 10_000;
const LOCK_POLL_MS = 50;

/**
 * Loads the user's certificate, or the one that the server made for itself at its
 * first start.
 * @throws {RangeError} naming the file and its fault.
 */
export async function loadCertificate(https: HttpsOptions, context: CertificateContext): Promise<ServerCertificate> {
	if (https !== true && "certFile" in https) return readOwn(https, context);
	return loadSelfMade(https === true ? undefined : https.directory, context);
}

/**
 * The folder for a user's data: `$XDG_DATA_HOME/panogaze` or
 * `~/.local/share/panogaze`, in `%LOCALAPPDATA%` on Windows, in
 * `~/Library/Application Support` on macOS.
 */
export function dataFolder(
	environment: NodeJS.ProcessEnv = process.env,
	platform: NodeJS.Platform = process.platform,
): string {
	const home = homedir();
	if (platform === "win32") return join(environment["LOCALAPPDATA"] || join(home, "AppData", "Local"), "panogaze");
	if (platform === "darwin") return join(home, "Library", "Application Support", "panogaze");
	return join(environment["XDG_DATA_HOME"] || join(home, ".local", "share"), "panogaze");
}

async function readOwn(
	{ certFile, keyFile }: CertificateFiles,
	{ onNotice, nowMs = Date.now() }: CertificateContext,
): Promise<ServerCertificate> {
	const [cert, key] = [await readPem("certificate", certFile), await readPem("key", keyFile)];
	const certificate = parseCertificate(cert, certFile);
	if (!certificate.checkPrivateKey(parseKey(key, keyFile)))
		throw new RangeError(`The key in ${keyFile} is not that of the certificate in ${certFile}.`);
	const expires = new Date(certificate.validTo);
	if (expires.getTime() <= nowMs)
		onNotice(`The certificate in ${certFile} has expired on ${dayOf(expires)}. Browsers warn of it.`);
	const begins = new Date(certificate.validFrom);
	if (begins.getTime() > nowMs)
		onNotice(`The certificate in ${certFile} is valid only from ${dayOf(begins)} on. Browsers warn of it.`);
	return { cert, key, names: namesOf(certificate), info: infoOf(certificate, false, resolve(certFile)) };
}

async function readPem(what: "certificate" | "key", file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		throw new RangeError(`The ${what} file ${file} ${wordsForFileError(error)}.`, { cause: error });
	}
}

function parseCertificate(pem: string, file: string): X509Certificate {
	if (!pem.includes("-----BEGIN CERTIFICATE-----"))
		throw new RangeError(`${file} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).`);
	try {
		return new X509Certificate(pem);
	} catch (error) {
		throw new RangeError(`The certificate in ${file} is damaged.`, { cause: error });
	}
}

function parseKey(pem: string, file: string): KeyObject {
	if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
		throw new RangeError(`${file} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----).`);
	if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem))
		throw new RangeError(`The key in ${file} is protected by a passphrase. Give one without.`);
	try {
		return createPrivateKey(pem);
	} catch (error) {
		throw new RangeError(`The key in ${file} is damaged.`, { cause: error });
	}
}

async function loadSelfMade(directory: string | undefined, context: CertificateContext): Promise<ServerCertificate> {
	const folder = resolve(directory ?? dataFolder());
	const file = join(folder, FILE_NAME);
	try {
		const stored = await readStored(file, context);
		if (stored.fault === undefined) return stored.certificate;
		await mkdir(folder, { recursive: true, mode: 0o700 });
		return await locked(`${file}.lock`, () => replaceStored(file, context));
	} catch (error) {
		if (directory !== undefined)
			throw new RangeError(
				`The certificate can't be kept in ${folder}: the folder ${wordsForFileError(error)}.`,
				{ cause: error },
			);
		// The default folder may be read-only, or missing in a container: the
		// server starts anyway.
		const fault = wordsForFileError(error);
		context.onNotice(`The certificate can't be kept in ${folder}, which ${fault}: it is a new one at each start.`);
		return make([], context);
	}
}

type Stored =
	| { readonly certificate: ServerCertificate; readonly fault?: undefined }
	/**
	 * `names` are to be kept from the former certificate. `fault` is for people;
	 * empty if there was no certificate before.
	 */
	| { readonly fault: string; readonly names: readonly string[] };

/** @throws {Error} the file system's, if the file exists and may not be read. */
async function readStored(file: string, { hosts, nowMs = Date.now() }: CertificateContext): Promise<Stored> {
	let pem: string;
	try {
		pem = await readFile(file, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return { fault: "", names: [] };
		throw error;
	}
	let certificate: X509Certificate;
	try {
		certificate = parseCertificate(pem, file);
		if (!certificate.checkPrivateKey(parseKey(pem, file)))
			throw new RangeError(`The key in ${file} is not that of its certificate.`);
	} catch {
		return { fault: `The certificate in ${file} was damaged`, names: [] };
	}
	const names = namesOf(certificate);
	const expires = new Date(certificate.validTo);
	const left = expires.getTime() - nowMs;
	if (left < 0) return { fault: `The certificate in ${file} had expired`, names };
	if (left < RENEW_DAYS * DAY_MS) return { fault: `The certificate in ${file} was about to expire`, names };
	const missing = hosts.filter((host) => !(isIP(host) > 0 ? certificate.checkIP(host) : certificate.checkHost(host)));
	if (missing.length > 0)
		return { fault: `The certificate in ${file} did not hold this machine's address ${missing.join(", ")}`, names };
	return { certificate: toServerCertificate(pem, pem, file) };
}

/**
 * Replaces the stored certificate under the lock, unless another server has done so
 * meanwhile.
 */
async function replaceStored(file: string, context: CertificateContext): Promise<ServerCertificate> {
	const stored = await readStored(file, context);
	if (stored.fault === undefined) return stored.certificate;
	const { cert, key } = await make(stored.names, context);
	// One file for both, so that a key is never read with another certificate; the
	// rename makes it appear whole.
	const draft = `${file}.${process.pid}.new`;
	try {
		await writeFile(draft, cert + key, { mode: 0o600 });
		// A file that a killed server left there keeps the mode that it had.
		await chmod(draft, 0o600);
		await rename(draft, file);
	} finally {
		await rm(draft, { force: true });
	}
	if (stored.fault !== "")
		context.onNotice(`${stored.fault}: there is a new one, which headsets and browsers have to accept again.`);
	return toServerCertificate(cert, key, file);
}

async function make(
	formerNames: readonly string[],
	{ hosts, nowMs = Date.now() }: CertificateContext,
): Promise<ServerCertificate> {
	const names = [...new Set([...hosts, ...ownNames(), ...formerNames])].slice(0, Math.max(MAX_NAMES, hosts.length));
	// Imported here because most starts don't need it.
	const { generate } = await import("selfsigned");
	const pem = await generate([{ name: "commonName", value: "panogaze" }], {
		keyType: "ec",
		curve: "P-256",
		algorithm: "sha256",
		notBeforeDate: new Date(nowMs - DAY_MS),
		notAfterDate: new Date(nowMs + (VALID_DAYS - 1) * DAY_MS),
		extensions: [
			// No authority: trust in it is trust in this server, not in
			// certificates that it signs.
			{ name: "basicConstraints", cA: false, critical: true },
			{ name: "keyUsage", digitalSignature: true, critical: true },
			{ name: "extKeyUsage", serverAuth: true },
			{
				name: "subjectAltName",
				altNames: names.map((name) => (isIP(name) > 0 ? { type: 7, ip: name } : { type: 2, value: name })),
			},
		],
	});
	return toServerCertificate(`${pem.cert.trim()}\n`, `${pem.private.trim()}\n`, undefined);
}

/**
 * Further names of this machine. A certificate without one of them is good enough:
 * host names of laptops change with the network and IPv6 addresses every day, and
 * each new certificate has to be accepted again.
 */
function ownNames(): string[] {
	const networks = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
	const addresses = networks
		.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"))
		.map(({ address }) => address);
	return ["localhost", "127.0.0.1", "::1", ...machineNames(), ...addresses];
}

/** The names and addresses of a certificate, as `isIP` and `generate` read them. */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
	return [...subjectAltName.matchAll(/(?:^|, )(DNS|IP Address):([^,"]+)/g)].map(([, kind, name = ""]) =>
		kind === "DNS" ? name : compressed(name),
	);
}

/** Writes an address as interfaces do, "fd00::12:3"; OpenSSL writes "FD00:0:0:0:0:0:12:3". */
function compressed(address: string): string {
	return isIP(address) === 6 ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}

function toServerCertificate(cert: string, key: string, file: string | undefined): ServerCertificate {
	const certificate = new X509Certificate(cert);
	return { cert, key, names: namesOf(certificate), info: infoOf(certificate, true, file) };
}

function infoOf(certificate: X509Certificate, selfMade: boolean, file: string | undefined): CertificateInfo {
	return {
		fingerprint: certificate.fingerprint256,
		expires: new Date(certificate.validTo),
		names: namesOf(certificate).filter((name) => isIP(name) === 0 && !name.includes("*")),
		selfMade,
		...(file !== undefined && { file }),
	};
}

/**
 * Runs `action` while no other process holds the lock. A lock of a killed server is
 * taken over.
 */
async function locked<T>(lock: string, action: () => Promise<T>): Promise<T> {
	while (!(await takeLock(lock))) await sleep(LOCK_POLL_MS);
	try {
		return await action();
	} finally {
		await rm(lock, { force: true });
	}
}

async function takeLock(lock: string): Promise<boolean> {
	try {
		await (await open(lock, "wx")).close();
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	const madeMs = await stat(lock).then(
		({ mtimeMs }) => mtimeMs,
		() => undefined,
	);
	// Also from the future: machines without a battery begin with a clock that is
	// behind.
	if (madeMs !== undefined && Math.abs(Date.now() - madeMs) > LOCK_STALE_MS) await rm(lock, { force: true });
	return false;
}

function dayOf(date: Date): string {
	return date.toISOString().slice(0, 10);
}
