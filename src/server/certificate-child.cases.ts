import { loadCertificate } from "./certificate.ts";

// A process of its own, for the test of servers that start at the same moment.
const { info } = await loadCertificate({ directory: process.argv[2]! }, { hosts: ["localhost"], onNotice: () => {} });
process.send!(info.fingerprint);
process.disconnect();
