/** Who talks with whom, and how: kept in this browser, told to the session, never shared otherwise. */

import { el, select } from "./element.js";
import { language, t } from "./i18n.js";
import { recall, remember } from "./storage.js";

const DEFAULTS = {
	count: 3, name: "", way: "", phrases: "", taboos: "", redLines: "",
	partner: "", partnerIs: "", scenario: "", voice: "device", scanSeconds: 1.5,
	/** @type {string | null} Whose it is, where people sign in. */ owner: null,
	/** @type {string | null} The session that this browser is in. */ sessionId: null,
	/** @type {string[]} Wishes for all replies of that session. */ wishes: [],
};

export const setup = { ...DEFAULTS, ...recall("talk", {}) };

export function saveSetup() {
	remember("talk", setup);
}

/** Let it be somebody's: the next one at this screen does not see it. */
export function claimSetup(owner) {
	if (setup.owner !== owner) Object.assign(setup, DEFAULTS, { owner });
	saveSetup();
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const words = (text) => text.split(/[,，、\n]/).map((word) => word.trim()).filter(Boolean);

/** As the service takes it. */
export function toldSetup() {
	const id = setup.partner.trim().replace(/[^\p{L}\p{N}_]+/gu, "-").slice(0, 64);
	return {
		language: language(),
		count: setup.count,
		scenario: setup.scenario,
		profile: {
			...(setup.name.trim() && { name: setup.name.trim() }),
			style: setup.way,
			phrases: lines(setup.phrases).map((text) => ({ text })),
			taboos: words(setup.taboos),
			red_lines: lines(setup.redLines).map((text) => ({ text })),
		},
		partner: { ...(id && { id, name: setup.partner.trim() }), relations: words(setup.partnerIs) },
	};
}

export function setupFields(onChange) {
	const field = (name, make) => el("label", { class: "talk-field" }, t(`talk.setup_${name}`), make(name));
	const changed = (name, value) => { setup[name] = value; saveSetup(); onChange(); };
	const text = (name) => el("input", { value: setup[name], maxlength: 100, onchange: ({ target }) => changed(name, target.value) });
	const area = (name) => {
		const box = el("textarea", { rows: 3, maxlength: 4000, onchange: ({ target }) => changed(name, target.value) });
		box.value = setup[name];
		return box;
	};
	const number = (min, max, step) => (name) =>
		el("input", { type: "number", min, max, step, value: setup[name], onchange: ({ target }) => {
			if (target.reportValidity() && target.value) changed(name, Number(target.value));
		} });
	const choice = (name) => select({ onchange: ({ target }) => changed(name, target.value) },
		["device", "service", "none"].map((value) => [value, t(`talk.voice_${value}`)]), setup[name]);
	return el("div", { class: "talk-fields" },
		field("partner", text), field("partnerIs", text), field("scenario", area),
		field("name", text), field("way", text), field("phrases", area), field("taboos", text), field("redLines", area),
		field("count", number(1, 5, 1)), field("voice", choice), field("scanSeconds", number(0.2, 10, 0.1)));
}
