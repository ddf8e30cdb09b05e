"""Why a decision on an alert is refused: each is told beside the decision and names its rule."""

from chalicelib.core.errors import Invalid
from chalicelib.core.text import Text


class Refusal(Invalid):
    """Nothing was changed; `why` stands beside the decision on the page, and what was typed is kept."""

    def __init__(self, why: Text, *, field: str = "decision") -> None:
        super().__init__(why, errors={field: why})


class OwnAlert(Refusal):
    """The two-officer rule (DESIGN 4): author and last editor cannot approve."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                id="Aturan dua petugas: penyusun dan penyunting terakhir tidak boleh memutuskan peringatannya sendiri. "
                "Minta petugas lain memeriksanya.",
                en="Two-officer rule: the author and the last editor cannot decide on their own alert. "
                "Ask another officer to check it.",
            )
        )


class OwnCancel(Refusal):
    """A cancel takes two officers as well."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                id="Aturan dua petugas: yang mengajukan pembatalan tidak boleh menyetujuinya. Minta petugas lain.",
                en="Two-officer rule: whoever asked for the cancel cannot approve it. Ask another officer.",
            )
        )


class OtherRevision(Refusal):
    """An approval names the revision that was read: an edit voids it."""

    def __init__(self, editor: str) -> None:
        why = Text(
            id="Isi peringatan sudah diubah oleh {editor} sejak Anda membukanya. Periksa isi yang baru di bawah.",
            en="{editor} has changed this alert since you opened it. Check the new text below.",
        )
        super().__init__(why.format(editor=editor))


class EditedMeanwhile(Refusal):
    """Somebody else saved first: their text stands, and yours is still in the form."""

    def __init__(self, editor: str) -> None:
        why = Text(
            id="{editor} sudah menyimpan perubahan lebih dulu. Teks Anda masih ada di formulir ini: bandingkan dengan "
            "yang tersimpan, lalu simpan lagi.",
            en="{editor} saved a change first. Your text is still in this form: compare it with what is saved, "
            "then save again.",
        )
        super().__init__(why.format(editor=editor), field="headline_id")


class NotNow(Refusal):
    """The alert is in a state from which this does not lead on; whoever was first won."""

    def __init__(self, state: Text) -> None:
        why = Text(
            id="Tidak bisa: peringatan ini sudah berstatus “{state}”. Keputusan petugas lain yang berlaku.",
            en="Not possible: this alert is now “{state}”. The other officer's decision stands.",
        )
        super().__init__(why.format(state=state))


class BadExpiry(Refusal):
    def __init__(self, *, field: str = "decision") -> None:
        super().__init__(
            Text(
                id="Waktu berakhir harus di masa depan dan paling lama 24 jam dari sekarang",
                en="The end must be in the future and at most 24 hours from now",
            ),
            field=field,
        )
