import { execFileSync, fork } from "node:child_process";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { generate } from "selfsigned";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { dataFolder, loadCertificate } from "./certificate.ts";

const HOSTS = ["localhost", "192.0.2.7"];
const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2030, 0, 15);

let folder: string;
let notices: string[];
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "panogaze-certificate-"));
	notices = [];
});
afterEach(() => rm(folder, { recursive: true }));

const load = (hosts: readonly string[] = HOSTS, nowMs = NOW_MS, directory = folder) =>
	loadCertificate({ directory }, { hosts, nowMs, onNotice: (message) => notices.push(message) });
const storedFile = () => join(folder, "https.pem");

describe("loadCertificate() of a certificate that the server makes", () => {
	it("makes one for this machine's names, with a key on P-256 that TLS takes", async () => {
		const { cert, key, info } = await load();
		const certificate = new X509Certificate(cert);
		for (const name of ["localhost"]) expect(certificate.checkHost(name)).toBe(name);
		for (const address of ["127.0.0.1", "::1", "192.0.2.7"]) expect(certificate.checkIP(address)).toBe(address);
		expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
		expect(certificate.verify(certificate.publicKey)).toBe(true);
		expect(certificate.ca).toBe(false);
		expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
		expect(() => createSecureContext({ cert, key })).not.toThrow();
		expect(info).toMatchObject({ selfMade: true, file: storedFile(), fingerprint: certificate.fingerprint256 });
		expect(notices).toEqual([]);
	});

	it("is valid from a day ago, and for no more than the 825 days that Apple's systems allow", async () => {
		const { cert, info } = await load();
		const { validFrom, validTo } = new X509Certificate(cert);
		const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
		expect(fromMs).toBe(NOW_MS - DAY_MS);
		expect((toMs - fromMs) / DAY_MS).toBeLessThanOrEqual(825);
		expect((toMs - fromMs) / DAY_MS).toBeGreaterThan(800);
		expect(info.expires.getTime()).toBe(toMs);
	});

	it("has the fingerprint that openssl prints", async (context) => {
		const { info } = await load();
		const args = ["x509", "-in", storedFile(), "-noout", "-fingerprint", "-sha256"];
		let printed: string;
		try {
			printed = execFileSync(process.env["OPENSSL"] ?? "openssl", args, {
				encoding: "utf8",
				stdio: ["ignore", "pipe", "ignore"],
			});
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return context.skip();
			throw error;
		}
		expect(printed.trim().split("=")[1]).toBe(info.fingerprint);
	});

	it("keeps it in one file that only its owner may read, and gives the same one again", async () => {
		const first = await load();
		expect(await readdir(folder)).toEqual(["https.pem"]);
		if (process.platform !== "win32") expect((await stat(storedFile())).mode & 0o777).toBe(0o600);
		const again = await load(HOSTS, NOW_MS + 700 * DAY_MS);
		expect(again.info).toEqual(first.info);
		expect(again.key).toContain(first.key.trim());
		expect(notices).toEqual([]);
	});

	it("makes the folder when it is not there", async () => {
		const deep = join(folder, "a", "b");
		await load(HOSTS, NOW_MS, deep);
		expect(await readdir(deep)).toEqual(["https.pem"]);
	});

	it("is replaced when it is about to expire, with a notice", async () => {
		const first = await load();
		const late = await load(HOSTS, NOW_MS + 795 * DAY_MS);
		expect(late.info.fingerprint).not.toBe(first.info.fingerprint);
		expect(notices).toEqual([expect.stringMatching(/about to expire.*accept again/)]);
		await load(HOSTS, NOW_MS + 5000 * DAY_MS);
		expect(notices[1]).toMatch(/had expired/);
	});

	it("is replaced when it lacks an address of the machine, and not for a return to a former network", async () => {
		const home = await load(["localhost", "192.0.2.7"]);
		const office = await load(["localhost", "198.51.100.3"]);
		expect(office.info.fingerprint).not.toBe(home.info.fingerprint);
		expect(notices).toEqual([expect.stringMatching(/198\.51\.100\.3.*accept again/)]);
		expect((await load(["localhost", "192.0.2.7"])).info.fingerprint).toBe(office.info.fingerprint);
		expect((await load(["127.0.0.1"])).info.fingerprint).toBe(office.info.fingerprint);
		expect(notices).toHaveLength(1);
	});

	it("holds IPv6 addresses and names once, however often it is made anew", async () => {
		await load(["localhost", "2001:db8::12:3"]);
		await load(["localhost", "2001:db8::12:3", "192.0.2.8"]);
		const { cert } = await load(["localhost", "2001:db8::12:3", "192.0.2.9"]);
		const names = new X509Certificate(cert).subjectAltName!.split(", ");
		expect(new Set(names).size).toBe(names.length);
		expect(names).toContain("IP Address:2001:DB8:0:0:0:0:12:3");
		expect(names).toContain("IP Address:192.0.2.8");
	});

	it("forgets the oldest networks rather than grow for ever", async () => {
		for (let network = 0; network < 4; network++)
			await load(Array.from({ length: 15 }, (_, host) => `198.51.${network}.${host + 1}`));
		const { cert } = await load(["203.0.113.1"]);
		const names = new X509Certificate(cert).subjectAltName!.split(", ");
		expect(names).toHaveLength(40);
		expect(names).toContain("IP Address:203.0.113.1");
		expect(names).toContain("IP Address:198.51.3.1");
		expect(names).not.toContain("IP Address:198.51.0.1");
	});

	it.each([
		["garbage", async () => "garbage"],
		["nothing", async () => ""],
		["half of it", async () => (await readFile(storedFile(), "utf8")).slice(0, 400)],
		[
			"a damaged certificate",
			async () => (await readFile(storedFile(), "utf8")).replace(/^MII.{8}/m, "AAAAAAAAAAA"),
		],
		[
			"the key of another",
			async () => (await readFile(storedFile(), "utf8")).split("-----BEGIN PRIVATE")[0] + newKey(),
		],
	])("replaces a stored file that holds %s, with a notice", async (_what, content) => {
		const first = await load();
		await writeFile(storedFile(), await content());
		const second = await load();
		expect(second.info.fingerprint).not.toBe(first.info.fingerprint);
		expect(notices).toEqual([expect.stringMatching(/https\.pem was damaged.*accept again/)]);
		expect((await load()).info.fingerprint).toBe(second.info.fingerprint);
	});

	it("is the same for servers that start at the same moment, in one process and in several", async () => {
		const together = await Promise.all(Array.from({ length: 8 }, () => load()));
		expect(new Set(together.map(({ info }) => info.fingerprint)).size).toBe(1);
		await rm(storedFile());
		const children = Array.from({ length: 3 }, () =>
			fork(new URL("./certificate-child.cases.ts", import.meta.url), [folder], {
				execPath: process.execPath,
				execArgv: [],
			}),
		);
		const prints = await Promise.all(children.map(async (child) => (await once(child, "message"))[0] as string));
		await Promise.all(children.map((child) => child.exitCode ?? once(child, "exit")));
		expect(new Set(prints).size).toBe(1);
		expect(await readdir(folder)).toEqual(["https.pem"]);
	});

	it.each([
		["a minute ago", -60_000],
		["when the clock was ahead", 86_400_000],
	])("takes over the lock of a server that was killed %s", async (_, agoMs) => {
		const lock = join(folder, "https.pem.lock");
		await writeFile(lock, "");
		await utimes(lock, new Date(Date.now() + agoMs), new Date(Date.now() + agoMs));
		await load();
		expect(await readdir(folder)).toEqual(["https.pem"]);
	});

	it("names a folder that can't be used", async () => {
		const file = join(folder, "file");
		await writeFile(file, "");
		await expect(load(HOSTS, NOW_MS, file)).rejects.toThrow(/can't be kept in .*file: the folder is no folder/);
		await expect(load(HOSTS, NOW_MS, join(file, "below"))).rejects.toThrow(RangeError);
	});

	it("serves this run with one that is not kept when the user's data folder can't be used", async () => {
		const file = join(folder, "file");
		await writeFile(file, "");
		const before = { ...process.env };
		Object.assign(process.env, { XDG_DATA_HOME: file, LOCALAPPDATA: file, HOME: file });
		try {
			const { cert, key, info } = await loadCertificate(true, {
				hosts: HOSTS,
				onNotice: (message) => notices.push(message),
			});
			expect(() => createSecureContext({ cert, key })).not.toThrow();
			expect(info.file).toBeUndefined();
			expect(notices).toEqual([expect.stringMatching(/new one at each start/)]);
		} finally {
			for (const name of ["XDG_DATA_HOME", "LOCALAPPDATA", "HOME"]) {
				if (before[name] === undefined) delete process.env[name];
				else process.env[name] = before[name];
			}
		}
	});
});

describe("dataFolder()", () => {
	it("is where the system's programs keep a user's data", () => {
		expect(dataFolder({ XDG_DATA_HOME: join("x", "data") }, "linux")).toBe(join("x", "data", "panogaze"));
		expect(dataFolder({}, "linux")).toBe(join(homedir(), ".local", "share", "panogaze"));
		expect(dataFolder({ LOCALAPPDATA: join("x", "local") }, "win32")).toBe(join("x", "local", "panogaze"));
		expect(dataFolder({ XDG_DATA_HOME: "x" }, "darwin")).toBe(
			join(homedir(), "Library", "Application Support", "panogaze"),
		);
	});
});

describe("loadCertificate() of one's own", () => {
	const own = (certFile: string, keyFile: string, nowMs = Date.now()) =>
		loadCertificate(
			{ certFile: join(folder, certFile), keyFile: join(folder, keyFile) },
			{ hosts: HOSTS, nowMs, onNotice: (message) => notices.push(message) },
		);
	/** Made once: a key of RSA takes long. */
	let pem: Awaited<ReturnType<typeof generate>>;
	beforeAll(async () => {
		pem = await generate([{ name: "commonName", value: "robot.example" }], {
			keySize: 2048,
			algorithm: "sha256",
		});
	});
	beforeEach(async () => {
		await writeFile(join(folder, "cert.pem"), pem.cert);
		await writeFile(join(folder, "key.pem"), pem.private);
		await writeFile(join(folder, "other-key.pem"), newKey());
		await writeFile(join(folder, "text.txt"), "no PEM at all");
		const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
		const locked = privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" });
		await writeFile(join(folder, "locked-key.pem"), locked);
		await writeFile(join(folder, "damaged.pem"), pem.cert.replace(/^MII.{12}/m, "AAAAAAAAAAAAAAA"));
		await writeFile(join(folder, "damaged-key.pem"), pem.private.replace(/^MII.{12}/m, "AAAAAAAAAAAAAAA"));
		await mkdir(join(folder, "folder"));
	});

	it("is read, also with those of its issuers behind it", async () => {
		await writeFile(
			join(folder, "chain.pem"),
			`${await readFile(join(folder, "cert.pem"), "utf8")}\n${(await load()).cert}`,
		);
		const { cert, key, info } = await own("chain.pem", "key.pem");
		expect(() => createSecureContext({ cert, key })).not.toThrow();
		expect(info).toMatchObject({ selfMade: false, file: join(folder, "chain.pem"), names: ["robot.example"] });
		expect(info.fingerprint).toBe(new X509Certificate(await readFile(join(folder, "cert.pem"))).fingerprint256);
		expect(notices).toEqual([]);
	});

	it.each([
		["missing.pem", "key.pem", /certificate file .*missing\.pem does not exist/],
		["cert.pem", "missing.pem", /key file .*missing\.pem does not exist/],
		["folder", "key.pem", /certificate file .*folder is a folder/],
		["text.txt", "key.pem", /text\.txt holds no certificate in PEM form/],
		["cert.pem", "text.txt", /text\.txt holds no private key in PEM form/],
		["key.pem", "cert.pem", /key\.pem holds no certificate/],
		["damaged.pem", "key.pem", /certificate in .*damaged\.pem is damaged/],
		["cert.pem", "damaged-key.pem", /key in .*damaged-key\.pem is damaged/],
		["cert.pem", "other-key.pem", /other-key\.pem is not that of the certificate in .*cert\.pem/],
		["cert.pem", "locked-key.pem", /locked-key\.pem is protected by a passphrase/],
	])("names the fault of %s and %s", async (certFile, keyFile, words) => {
		const failure = own(certFile, keyFile);
		await expect(failure).rejects.toThrow(words);
		await expect(failure).rejects.toBeInstanceOf(RangeError);
	});

	it("warns of one that has expired, or is not valid yet, and serves it", async () => {
		await own("cert.pem", "key.pem", Date.now() + 400 * DAY_MS);
		await own("cert.pem", "key.pem", Date.now() - 400 * DAY_MS);
		expect(notices).toEqual([
			expect.stringMatching(/cert\.pem has expired on 20/),
			expect.stringMatching(/valid only from 20/),
		]);
	});

	it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
		"reports that it may not read a file",
		async () => {
			await chmod(join(folder, "key.pem"), 0);
			await expect(own("cert.pem", "key.pem")).rejects.toThrow(/key\.pem may not be used by this user/);
		},
	);
});

function newKey(): string {
	return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
		type: "pkcs8",
		format: "pem",
	}) as string;
}
