// Passkeys. Forms with `data-passkey` are hidden in the page and shown where the browser knows passkeys: it asks the server what to ask
// the device, hands the device's answer to the form, and sends the form like any other.

const FETCH_MS = 15_000;

interface Descriptor { id: string; type: PublicKeyCredentialType; transports?: AuthenticatorTransport[] }
interface Options {
  challenge: string;
  user?: { id: string; name: string; displayName: string };
  excludeCredentials?: Descriptor[];
  allowCredentials?: Descriptor[];
  [rest: string]: unknown;
}

export function passkeys(): void {
  const places = document.querySelectorAll<HTMLElement>("[data-passkey]");
  if (places.length === 0 || !window.isSecureContext || !("PublicKeyCredential" in window)) return;
  for (const place of places) {
    const form = place instanceof HTMLFormElement ? place : place.querySelector("form");
    if (form === null) continue;
    place.hidden = false;
    form.addEventListener("submit", (event) => {
      if (answerOf(form).value !== "") return;
      // Nothing is sent before the device has answered; the guard against sending twice must not begin to count.
      event.preventDefault();
      event.stopPropagation();
      void ask(place, form, false);
    });
    if (place.dataset.waits !== undefined) void waitInField(place, form);
  }
}

const answerOf = (form: HTMLFormElement): HTMLInputElement => form.elements.namedItem("answer") as HTMLInputElement;

/** One question at a time: the one that waits in the field gives way to the button. */
let waiting: AbortController | undefined;

/** Offers passkeys inside the field for the address, where the browser can. */
async function waitInField(place: HTMLElement, form: HTMLFormElement): Promise<void> {
  const known = await PublicKeyCredential.isConditionalMediationAvailable?.();
  if (known === true && document.querySelector("[autocomplete~=webauthn]") !== null) await ask(place, form, true);
}

async function ask(place: HTMLElement, form: HTMLFormElement, inField: boolean): Promise<void> {
  const wrong = place.querySelector<HTMLElement>("[data-passkey-wrong]");
  if (wrong !== null) wrong.hidden = true;
  waiting?.abort();
  const own = new AbortController();
  waiting = own;
  try {
    const options = await optionsFor(place, form);
    const answer = place.dataset.passkey === "make"
      ? await navigator.credentials.create({ publicKey: forMaking(options), signal: own.signal })
      : await navigator.credentials.get({
        publicKey: forUsing(options), signal: own.signal, ...(inField ? { mediation: "conditional" as const } : {}),
      });
    if (!(answer instanceof PublicKeyCredential)) throw new Error("no answer");
    answerOf(form).value = JSON.stringify(written(answer));
    form.requestSubmit();
  } catch (error) {
    // Given way to another question, or a field that nobody used: nothing went wrong.
    if (own.signal.aborted || inField) return;
    console.info(error);
    if (wrong !== null) {
      wrong.hidden = false;
      // Heard anew by screen readers each time.
      wrong.textContent = `${wrong.textContent ?? ""}`;
    }
  }
}

async function optionsFor(place: HTMLElement, form: HTMLFormElement): Promise<Options> {
  const token = (form.elements.namedItem("_token") as HTMLInputElement).value;
  const url = new URL(place.dataset.options ?? "", location.href);
  if (url.origin !== location.origin) throw new Error("another origin");
  const reply = await fetch(url, {
    method: "POST", body: new URLSearchParams({ _token: token }), credentials: "same-origin", redirect: "error",
    headers: { Accept: "application/json" }, signal: AbortSignal.timeout(FETCH_MS),
  });
  if (!reply.ok) throw new Error(String(reply.status));
  return await reply.json() as Options;
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const text = (buffer: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const described = (list: Descriptor[] | undefined): PublicKeyCredentialDescriptor[] =>
  (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function forMaking(options: Options): PublicKeyCredentialCreationOptions {
  const user = options.user ?? { id: "", name: "", displayName: "" };
  return {
    ...options, challenge: bytes(options.challenge), user: { ...user, id: bytes(user.id) },
    excludeCredentials: described(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
}

function forUsing(options: Options): PublicKeyCredentialRequestOptions {
  return {
    ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
}

/** The answer as JSON, as the server reads it. */
function written(answer: PublicKeyCredential): unknown {
  const common = { id: answer.id, rawId: text(answer.rawId), type: answer.type, extensions: answer.getClientExtensionResults() };
  const response = answer.response;
  if (response instanceof AuthenticatorAttestationResponse) {
    return {
      ...common,
      response: {
        attestationObject: text(response.attestationObject), clientDataJSON: text(response.clientDataJSON),
        transports: response.getTransports?.() ?? [],
      },
    };
  }
  const shown = response as AuthenticatorAssertionResponse;
  return {
    ...common,
    response: {
      authenticatorData: text(shown.authenticatorData), clientDataJSON: text(shown.clientDataJSON), signature: text(shown.signature),
      userHandle: shown.userHandle === null ? null : text(shown.userHandle),
    },
  };
}
