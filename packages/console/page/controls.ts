/** A button that switches something on and off. */
export interface Switch {
  readonly on: boolean;
  /** What the button says when pressing it would switch on, or off. */
  readonly labels: { readonly on: string; readonly off: string };
  /** Called with what is wanted now; the button shows it when that has worked out. */
  readonly change: (on: boolean) => void | Promise<void>;
}

/** Makes the button of a switch. When `change` rejects the switch stays as it was, and the button says why. */
export function switchButton({ on, labels, change }: Switch): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  let state = on;
  const show = (): void => {
    button.textContent = state ? labels.off : labels.on;
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await change(!state);
      state = !state;
      show();
    } catch (error) {
      button.textContent = `${labels.on}: ${(error as Error).message}`;
    } finally {
      button.disabled = false;
    }
  });
  show();
  return button;
}
