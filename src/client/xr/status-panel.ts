/** A small sheet of text for the headset: what is wrong, or how it goes. */
export class StatusPanel {
	/** Width and height of what is drawn, pixels. */
	readonly canvas: HTMLCanvasElement;
	readonly #context: CanvasRenderingContext2D | null;
	#words = "";
	#small = "";

	constructor() {
		this.canvas = document.createElement("canvas");
		this.canvas.width = 768;
		this.canvas.height = 192;
		this.#context = this.canvas.getContext("2d");
	}

	/** @returns whether it looks different now. */
	show(words: string, small: string): boolean {
		const context = this.#context;
		if (context === null || (words === this.#words && small === this.#small)) return false;
		this.#words = words;
		this.#small = small;
		const { width, height } = this.canvas;
		context.clearRect(0, 0, width, height);
		context.fillStyle = "rgb(11 16 22 / 82%)";
		context.beginPath();
		context.roundRect(2, 2, width - 4, height - 4, 40);
		context.fill();
		context.textAlign = "center";
		context.textBaseline = "middle";
		context.fillStyle = "#eef3f6";
		context.font = "600 46px system-ui, sans-serif";
		context.fillText(words, width / 2, small === "" ? height / 2 : height * 0.36, width - 60);
		context.fillStyle = "#a3b3c0";
		context.font = "400 34px system-ui, sans-serif";
		context.fillText(small, width / 2, height * 0.7, width - 60);
		return true;
	}
}
