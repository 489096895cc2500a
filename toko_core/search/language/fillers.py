"""Words of a message that name no product: the words of a question or a wish, and what people are called.

They come in the Indonesian of chats, with its Javanese, Sundanese and Jakartan words. Words that many products have in
their name are missing on purpose: `teh` and `mah` (Sundanese particles), `ibu` (milk for mothers), `aa` (batteries),
`kosong` (an empty gallon), `item` (colloquial for black), `isi`, `baru`, `bagus`.
"""

AT_ENDS = frozenset(
    "kk ka sis sist gan agan min admin bos boss bosku bossku bang bg abang mas mbak mba mbk pak bapak bu om tante tan "
    "cik koh ko ci cece kang akang neng teteh dek adek dik uda uni bro brow sob cuy cak ning daeng "
    "hello hi hei hey p pagi siang sore malam malem ok oke okay oh eh y pls plis sori sorry".split()
)
"""Words that name no product as the first or last word of a message (`ada gula ga mas`, `pagi, beras 5 kg`), but may do
so elsewhere (`polong mas`, `boss`)."""
FILLERS = AT_ENDS.union(
    # Questions
    "apa apakah apaan brp brapa berapa brpa berapaan brapaan piro pira sabaraha mana dimana gmn gimana bagaimana "
    "kapan kenapa knp ada adakah adanya gak ga gk ngga nggak enggak engga ndak nda kagak tak tdk tidak kah kan "
    "harga hrg hrga harganya hargane regane pinten nya "
    # Wishes
    "mau mo pengen pengin pingin ingin butuh perlu nyari cari cariin carikan minta mintak minto beli bli tuku "
    "tumbas order pesan pesen nanya tanya tny ditanya cek cekin cekkan check ngecek liat lihat lihatin tolong tlg "
    "tolongin bantu bantuin mohon mhn kasih kasi ambilin ambilkan bawain jual jualan dijual menjual bisa boleh blh "
    "pake pakek juga jg "
    # Stock and shop
    "stok stock ready redy redi rdy masih msh tersedia sedia nyediain habis abis restok restock barang barangnya brg "
    "barcode barkode barkod kode kodenya ukuran ukurannya uk "
    "produk merk merek paling murah termurah toko tokonya sini disini situ sana sekarang skrg skrang "
    # Jakarta, Java and Sunda, but not `ora`, `aya` and `sing`, which begin names of products
    "ade aje gimane berape nyang same ame ye dah ono karo opo iki iku wae kanggo kulo niki niku wonten mboten "
    "ngge nggo teu henteu meser sareng abdi hoyong peryogi "
    # Words between others
    "yang yg untuk utk buat bwt dengan dgn dg sama dan atau ato dari di ke pada itu ini tuh nih tu sih si lah kok "
    "dong donk deh loh lho atuh ya yah iya iyo nggih enggih nah jadi jd kalau kalo klo kalu kayak kyk "
    "seperti biar supaya lagi aja saja doang pun lalu terus trus trs dulu dl udah udh sudah sdh belum blm banget bgt "
    "saya aku gue gua kita kami ane punya "
    # Greetings and thanks
    "halo hallo hai helo assalamualaikum asalamualaikum assalamu alaikum permisi punten maaf maap makasih makasi mksh "
    "trims tks thx thanks thank nuwun matur suwun maturnuwun nuhun please tengkyu "
    "kak kakak kaka".split(),
)
"""Single words, as `words` splits them, that name no product: those of AT_ENDS, and these everywhere.
The last word of a message may still abbreviate a word of a name (`query.py`)."""
FILLER_PHRASES: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "selamat pagi, selamat siang, selamat sore, selamat malam, met pagi, met siang, met sore, met malam, "
        "terima kasih, terimakasih banyak, makasih banyak, hatur nuhun, thank you, "
        "harga satuan, harga per, harga grosir, harga ecer, harga eceran, total harga, jam berapa, "
        "warna apa, rasa apa, isi berapa, isi brp, jenis apa, "
        "hari ini, how much, do you have"
    ).split(", ")
)
"""Phrases that name no product, although one of their words may."""
