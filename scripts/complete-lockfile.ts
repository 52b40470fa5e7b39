// Adds to package-lock.json what npm leaves out when the registry at hand does not carry a
// dependency's packages for other platforms: `npm ci` refuses a lock file without them. Run it
// after `npm install`. It changes nothing where npm has recorded them all.
import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
	version?: string;
	dev?: boolean;
	optional?: boolean;
	os?: string[];
	cpu?: string[];
	libc?: string[];
	optionalDependencies?: Readonly<Record<string, string>>;
}

const OPERATING_SYSTEMS = [
	"aix",
	"android",
	"darwin",
	"freebsd",
	"linux",
	"netbsd",
	"openbsd",
	"openharmony",
	"sunos",
	"win32",
];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, LockedPackage> };
const added: string[] = [];
for (const owner of Object.values(lock.packages)) {
	for (const [name, range] of Object.entries(owner.optionalDependencies ?? {})) {
		const path = `node_modules/${name}`;
		if (lock.packages[path] !== undefined) continue;
		const words = name.split(/[-/]/);
		const os = OPERATING_SYSTEMS.filter((system) => words.includes(system));
		const cpu = PROCESSORS.filter((processor) => words.includes(processor));
		// Anything else is a dependency that npm can look for itself.
		if (os.length === 0 && cpu.length === 0) continue;
		const libc = words.some((word) => word.startsWith("musl"))
			? ["musl"]
			: words.some((word) => word.startsWith("gnu"))
				? ["glibc"]
				: undefined;
		lock.packages[path] = {
			version: range.replace(/^[\^~]/, ""),
			...(cpu.length > 0 && { cpu }),
			...(owner.dev && { dev: true }),
			...(libc && { libc }),
			optional: true,
			...(os.length > 0 && { os }),
		};
		added.push(name);
	}
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, "\t")}\n`);
console.log(added.length === 0 ? "Nothing was missing." : `Added ${added.length}: ${added.join(", ")}`);
