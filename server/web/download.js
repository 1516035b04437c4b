/** Files of the service, saved by the browser: a plain link would send no token. */

import { fileAddress, readBlob } from "./api.js";
import { button, el } from "./element.js";

export function saveBlob(blob, name) {
	const url = URL.createObjectURL(blob);
	el("a", { href: url, download: name }).click();
	URL.revokeObjectURL(url);
}

const saveFrom = async (address, name) => saveBlob(await readBlob(address), name);

export const save = (fileId, name) => saveFrom(fileAddress(fileId), name);

/** @param {{file_id: string, name: string}} file @param {(act: () => Promise<void>) => void} attempt Shows a failure. */
export const fileLink = ({ file_id: fileId, name }, attempt) => downloadLink(fileAddress(fileId), name, attempt);

/** @param {string} address @param {string} name @param {(act: () => Promise<void>) => void} attempt @param {string} [words] */
export const downloadLink = (address, name, attempt, words = name) =>
	button({ class: "link download", onclick: () => attempt(() => saveFrom(address, name)) }, words);
