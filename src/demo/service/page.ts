/** What does a person see who opens the service in a browser? */

export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Stallscope demo service</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: CanvasText; background: Canvas; color-scheme: light dark }
  textarea { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem }
  button { font: inherit; padding: .4rem 1.2rem }
  audio { width: 100% }
</style>
<h1>Demo speech service</h1>
<form>
  <p><label for="text">Text, English or Chinese</label><br>
  <textarea id="text" rows="4" maxlength="2000" required>The train to the airport is late again this morning.</textarea>
  <p><button>Generate</button> <output></output>
</form>
<audio controls hidden></audio>
<script>
  const form = document.querySelector("form"), audio = document.querySelector("audio"), output = document.querySelector("output"), button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    output.value = "speaking ...";
    const begin = performance.now();
    try {
      const response = await fetch("/v1/audio/speech", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ input: form.elements.text.value, response_format: "wav" }) });
      if (!response.ok) throw new Error((await response.json()).error.message);
      const sound = await response.blob();
      output.value = Math.round(performance.now() - begin) + " ms";
      URL.revokeObjectURL(audio.src);
      audio.src = URL.createObjectURL(sound);
      audio.hidden = false;
      audio.play().catch(() => undefined);
    } catch (error) {
      output.value = error.message;
    } finally {
      button.disabled = false;
    }
  });
</script>
`;
