/** Speaking: with the device's own voice, which works without the service, or with the service's. */

import { fromBase64 } from "./talk_connection.js";

const RATE = 24_000; // of the sound that the service sends
const LONGEST_MS = 3000, LONGEST_MS_PER_SIGN = 250; // Some browsers never say that they have ended.
const LANGUAGES = { en: "en-US", zh: "zh-CN" };

export class TalkVoice {
	/** @type {AudioContext | null} */ #context = null;
	#ends = 0; // when the last piece will have been played, in the context's seconds
	#isOpen = false; // more pieces are to come
	#timer = 0;
	#onChange;
	isSpeaking = false;

	/** @param {() => void} onChange of isSpeaking */
	constructor(onChange) {
		this.#onChange = onChange;
	}

	/** Whether the device can speak by itself. */
	static get hasOwn() {
		return (globalThis.speechSynthesis?.getVoices().length ?? 0) > 0;
	}

	/** Say a text with the device's voice. @param {string} text @param {"en" | "zh"} language */
	say(text, language) {
		speechSynthesis.cancel();
		const utterance = new SpeechSynthesisUtterance(text);
		utterance.lang = LANGUAGES[language];
		utterance.onend = utterance.onerror = () => this.#show(false);
		this.#show(true);
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#show(false), LONGEST_MS + LONGEST_MS_PER_SIGN * text.length);
		speechSynthesis.speak(utterance);
	}

	/** Play the service's voice. @param {any} event of a session */
	take(event) {
		if (event.type === "response.output_audio.delta") this.#play(fromBase64(event.delta));
		else if (event.type === "response.output_audio.done") this.#finish();
		else if (event.type === "response.done" && event.response.status === "cancelled") this.stop();
	}

	stop() {
		globalThis.speechSynthesis?.cancel();
		this.#context?.close();
		this.#context = null;
		this.#ends = 0;
		this.#show(false);
	}

	#play(pcm) {
		this.#isOpen = true;
		this.#context ??= new AudioContext();
		const sound = this.#context.createBuffer(1, pcm.length, RATE);
		sound.copyToChannel(Float32Array.from(pcm, (sample) => sample / 32_768), 0);
		const source = this.#context.createBufferSource();
		source.buffer = sound;
		source.connect(this.#context.destination);
		this.#ends = Math.max(this.#ends, this.#context.currentTime);
		source.start(this.#ends);
		this.#ends += sound.duration;
		this.#show(true);
		clearTimeout(this.#timer);
	}

	#finish() {
		this.#isOpen = false;
		const left = this.#ends - (this.#context?.currentTime ?? 0);
		this.#timer = setTimeout(() => { if (!this.#isOpen) this.#show(false); }, left * 1000);
	}

	#show(isSpeaking) {
		if (this.isSpeaking === isSpeaking) return;
		this.isSpeaking = isSpeaking;
		this.#onChange();
	}
}
