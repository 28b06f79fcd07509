import type { Settings } from "./settings.ts";
import { drawTestPicture } from "./test-picture.ts";

/** A picture track and what to call it. */
export interface Source {
  readonly label: string;
  readonly track: MediaStreamTrack;
}

/** Opens the camera, or the test picture where there is no camera or the page was told so. */
export async function openSource(settings: Settings): Promise<Source> {
  if (settings.source !== "picture") {
    const camera = await openCamera(settings);
    if (camera !== undefined) return camera;
    if (settings.source === "camera") throw new Error("no camera");
  }
  return { label: "test picture", track: drawTestPicture(settings.width, settings.height, settings.frameRate) };
}

async function openCamera(settings: Settings): Promise<Source | undefined> {
  const video = {
    width: { ideal: settings.width },
    height: { ideal: settings.height },
    frameRate: { ideal: settings.frameRate },
  };
  // Insecure pages have no mediaDevices; a refusal and a missing camera reject alike.
  const stream = await navigator.mediaDevices?.getUserMedia({ video }).catch(() => undefined);
  const track = stream?.getVideoTracks()[0];
  return track === undefined ? undefined : { label: `camera: ${track.label}`, track };
}

/**
 * Opens the microphone.
 *
 * @throws when there is none, or it may not be used.
 */
export async function openMicrophone(): Promise<MediaStreamTrack> {
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: true });
  const track = stream?.getAudioTracks()[0];
  if (track === undefined) throw new Error("no microphone");
  return track;
}
