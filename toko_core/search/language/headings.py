"""Words of headings of shopping lists: a line of nothing but these words, and numbers, names no goods."""

from toko_core.search.language.fillers import FILLERS

HEADINGS = FILLERS.union(
    "pesanan orderan order list daftar belanja belanjaan titipan titip po nota catatan sembako kebutuhan berikut "
    "tgl tanggal hari besok lusa kemarin minggu bulan kirim diantar antar jam "
    "senin selasa rabu kamis jumat sabtu ahad januari februari maret april mei juni juli agustus september oktober "
    "november desember jan feb mar apr jun jul agu agt sep okt nov des".split()
)
