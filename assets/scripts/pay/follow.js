// The page of an order asks every while whether something has happened (data-follow: where), and shows itself anew
// when the answer's state is another than its own (data-state). After some tries it presses "check now" once.
const PAUSES_S = [2, 2, 3, 4, 5, 8, 8, 12, 15, 20, 30, 30, 60, 60, 60, 120, 120, 300];
const PRESS_AFTER = 4;

export async function followOrder(box) {
  for (const [tries, pause] of PAUSES_S.entries()) {
    await seconds(pause);
    if (await changed(box)) return location.replace(location.pathname);
    if (tries === PRESS_AFTER && box.dataset.press) document.getElementById(box.dataset.press)?.requestSubmit();
  }
}

async function changed(box) {
  if (document.hidden) return false;
  try {
    const answer = await fetch(box.dataset.follow, { cache: "no-store" });
    return answer.ok && (await answer.json()).state !== box.dataset.state;
  } catch {
    return false; // no network: the next try may have one
  }
}

function seconds(count) {
  return new Promise((done) => {
    setTimeout(done, count * 1000);
  });
}
