/** Runs where sound is processed: turns the microphone's samples into PCM16 at 16 kHz, in pieces of 100 ms. */

const RATE = 16_000;
const PIECE = RATE / 10;

class Recorder extends AudioWorkletProcessor {
	#step = sampleRate / RATE;
	#place = 0; // of the next sample to take, counted from the block's first; below 0 it lies before that
	#last = 0; // the sample before the block
	#piece = new Int16Array(PIECE);
	#filled = 0;

	process([[samples]]) {
		if (!samples) return true; // The microphone has not begun.
		for (; this.#place < samples.length - 1; this.#place += this.#step) {
			const before = Math.floor(this.#place);
			const left = before < 0 ? this.#last : samples[before];
			const share = this.#place - before;
			this.#add(left + (samples[before + 1] - left) * share);
		}
		this.#place -= samples.length;
		this.#last = samples[samples.length - 1];
		return true;
	}

	#add(sample) {
		this.#piece[this.#filled++] = Math.max(-1, Math.min(1, sample)) * 32_767;
		if (this.#filled < PIECE) return;
		this.port.postMessage(this.#piece.buffer, [this.#piece.buffer]);
		this.#piece = new Int16Array(PIECE);
		this.#filled = 0;
	}
}

registerProcessor("recorder", Recorder);
