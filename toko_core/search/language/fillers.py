"""Words of a message that name no product: the words of a question, of a wish, and what people are called.

They come in Indonesian, in the Javanese and Sundanese of chats, and in English. A word that many products have in their
name, such as `isi` or `mas`, is only here if a search without it finds the same.
"""

FILLERS = frozenset(
    # Questions
    "apa apakah apaan brp brapa berapa brpa piro pira sabaraha mana dimana gmn gimana bagaimana kapan kenapa knp "
    "ada adakah gak ga gk ngga nggak enggak engga ndak nda kagak tak tdk tidak kah kan "
    "harga hrg harganya price pricelist hargane regane pinten "
    # Wishes
    "mau mo pengen pengin pingin ingin butuh perlu cari nyari cariin carikan minta mintak minto beli bli tuku meli "
    "tumbas order pesan pesen nanya tanya tny cek cekin cekkan check ngecek liat lihat lihatin tolong tlg tolongin "
    "bantu mohon mhn kasih kasi ambil ambilin ambilkan bawain jual jualan dijual menjual juga jg "
    # Stock
    "stok stock stk ready redy redi rdy masih msh tersedia kosong habis abis "
    # Words between others
    "yang yg untuk utk buat bwt dengan dgn dg sama sm dan atau ato dari dr di ke pada itu ini tuh nih ni tu sih si lah "
    "kok dong donk dung deh loh lho lo toh mah teh atuh ya yah iya y iyo nggih enggih ok oke okay oh eh nah jadi jd "
    "kalau kalo klo kl kalu kayak kyk kaya seperti macam biar supaya lagi lg aja saja doang sj pun lalu terus trus trs "
    "saya aku gue gua kita kami ane dia "
    # Names of people
    "kak kakak kk ka sis sist gan agan min admin bos boss bosku bossku bang bg abang mas mbak mba mbk pak bapak bu ibu "
    "om tante tan cik koh ko ci ce teteh kang akang neng aa dek adek dik uda uni bro brow sob cuy cak ning daeng "
    # Greetings and thanks
    "halo hallo hai hello helo hi hei hey hy p pagi siang sore malam malem selamat met assalamualaikum asalamualaikum "
    "assalamu alaikum asw mikum permisi punten misi maaf maap sori sorry makasih makasi mksh trims tks thx thanks thank "
    "terima nuwun matur suwun maturnuwun hatur nuhun please pls plis tengkyu".split()
)
"""Single words, as `words` splits them."""
FILLER_PHRASES: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "ada berapa",
        "terima kasih",
        "matur nuwun",
        "hatur nuhun",
        "selamat pagi",
        "selamat siang",
        "selamat sore",
        "selamat malam",
        "assalamu alaikum",
        "harga satuan",
        "berapa harga",
        "masih ada",
        "ada stok",
        "ready stock",
        "ready stok",
    )
)
"""Phrases whose words name products elsewhere."""
