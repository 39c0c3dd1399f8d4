// Every suite. Those that walk through all pages come first: they take longest.
import accessibility from "./accessibility.mjs";
import consent from "./consent.mjs";
import errors from "./errors.mjs";
import family from "./family.mjs";
import forms from "./forms.mjs";
import mail from "./mail.mjs";
import offline from "./offline.mjs";
import provider from "./provider.mjs";
import providers from "./providers.mjs";
import record from "./record.mjs";
import rights from "./rights.mjs";
import security from "./security.mjs";
import shell from "./shell.mjs";
import signIn from "./sign-in.mjs";
import staff from "./staff.mjs";
import writing from "./writing.mjs";

const all = [...accessibility, ...writing, ...staff, ...record, ...rights, ...signIn, ...provider, ...family, ...forms, ...shell, ...consent, ...errors, ...mail, ...offline, ...security, ...providers];

// Which pages nobody looked at is asked when everybody has looked.
const isLast = ({ name }) => name === "pages";
export const suites = [...all.filter((suite) => !isLast(suite)), ...all.filter(isLast)];
