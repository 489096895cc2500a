"""Words for a pack, its size or a unit.

They weigh less than other words: the right product in another pack is nearer to what is meant than another product in
it.
"""

PACKS = frozenset(
    "sachet saset sct sac scht renteng rtg rcg renceng dus dos karton krt ctn slop slof bungkus bks bgks "
    "pak pack pck pch pouch botol btl kaleng klg can refill reffil reff ref isi pcs biji buah butir lusin "
    "lsn strip stp box kotak ktk kodi ball bal gelas cup galon jerigen jrg toples tpls pot tube tub ember "
    "sak karung ikat lembar lbr roll gulung watt volt cm mm meter mtr inch inci gram kilo liter besar bsr "
    "kecil kcl sedang sdg jumbo mini maxi ekonomis hemat".split()
)
