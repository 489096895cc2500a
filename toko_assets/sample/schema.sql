-- The tables of iPOS 5 that a price list needs, and those that fill most of a shop's backup.
-- Keys, indexes and the trigger are in constraints.sql. They are created after the rows, which is several times faster.

CREATE TABLE tbl_infodb (
    versidb varchar(50),
    versiupdate varchar(50)
);

CREATE TABLE tbl_itemjenis (
    jenis varchar(50) NOT NULL,
    ketjenis varchar(150)
);

CREATE TABLE tbl_itemmerek (
    merek varchar(50) NOT NULL,
    ketmerek varchar(150)
);

CREATE TABLE tbl_itemsatuan (
    satuan varchar(50) NOT NULL,
    ketsatuan varchar(150)
);

CREATE TABLE tbl_kantor (
    kodekantor varchar(50) NOT NULL,
    namakantor varchar(200),
    fungsi varchar(50),
    stsaktif varchar(15) DEFAULT 'Y'
);

CREATE TABLE tbl_supelgrup (
    kgrup varchar(20) NOT NULL,
    grup varchar(100),
    levelharga integer,
    potongan numeric(20,3) DEFAULT 0
);

CREATE TABLE tbl_itempotongan (
    iddetail varchar(150) NOT NULL,
    kodeitem varchar(100),
    kodegrup varchar(50),
    jumlah numeric(20,3) DEFAULT 0,
    pot1 numeric(20,3) DEFAULT 0,
    pot2 numeric(20,3) DEFAULT 0,
    pot3 numeric(20,3) DEFAULT 0,
    pot4 numeric(20,3) DEFAULT 0
);

CREATE TABLE tbl_itemdisp (
    iddiskon varchar(50) NOT NULL,
    tgldari timestamp,
    tglsampai timestamp,
    stsact boolean DEFAULT false,
    tipeper varchar(10),
    jamdari timestamp,
    jamsampai timestamp,
    w1 boolean DEFAULT false,
    w2 boolean DEFAULT false,
    w3 boolean DEFAULT false,
    w4 boolean DEFAULT false,
    w5 boolean DEFAULT false,
    w6 boolean DEFAULT false,
    w7 boolean DEFAULT false,
    kodeitemd varchar(100),
    kodeitems varchar(100),
    jenis varchar(50),
    merek varchar(50),
    prioritas numeric(10,0) DEFAULT 0,
    pot1 numeric(20,3) DEFAULT 0,
    pot2 numeric(20,3) DEFAULT 0,
    pot3 numeric(20,3) DEFAULT 0,
    pot4 numeric(20,3) DEFAULT 0
);

CREATE TABLE tbl_itemdispdt (
    iddiskon varchar(50),
    kodeitem varchar(100),
    satuan varchar(50),
    opsidiskon integer,
    diskon1 numeric(20,3),
    diskon2 numeric(20,3),
    diskon3 numeric(20,3),
    diskon4 numeric(20,3),
    kgruppel varchar(20)
);

CREATE TABLE tbl_itempromo (
    idpromo varchar(50) NOT NULL,
    tgldari timestamp,
    tglsampai timestamp,
    stsact boolean DEFAULT false,
    tipeper varchar(10),
    jamdari timestamp,
    jamsampai timestamp,
    w1 boolean DEFAULT false,
    w2 boolean DEFAULT false,
    w3 boolean DEFAULT false,
    w4 boolean DEFAULT false,
    w5 boolean DEFAULT false,
    w6 boolean DEFAULT false,
    w7 boolean DEFAULT false,
    kodeitemd varchar(100),
    kodeitems varchar(100),
    jenis varchar(50),
    merek varchar(50)
);

CREATE TABLE tbl_itempromodt (
    idpromo varchar(50),
    kodeitem varchar(100),
    jumlahjual numeric(20,3),
    satuanjual varchar(50),
    kodeitemgr varchar(100),
    jumlahgratis numeric(20,3),
    satuangratis varchar(50),
    kelipatan boolean DEFAULT true,
    tebus boolean DEFAULT false,
    harga numeric(20,3) DEFAULT 0
);

CREATE TABLE tbl_supel (
    kode varchar(50) NOT NULL,
    tipe varchar(2) NOT NULL,
    nama varchar(150),
    alamat text,
    telepon varchar(200),
    matauang varchar(50)
);

CREATE TABLE tbl_matauang (
    matauang varchar(50) NOT NULL,
    ketmatauang varchar(100),
    rate numeric(35,20) DEFAULT 0,
    utama boolean DEFAULT false
);

CREATE TABLE tbl_itemserial (
    noserial varchar(255) NOT NULL,
    kodeitem varchar(100),
    kodekantor varchar(50),
    tipe varchar(20),
    notransaksi varchar(50)
);

CREATE TABLE tbl_item (
    kodeitem varchar(100) NOT NULL,
    namaitem text,
    jenis varchar(50),
    tipe varchar(15) DEFAULT 'Y',
    merek varchar(50),
    satuan varchar(50),
    sistemhargajual varchar(1) DEFAULT 'J',
    hargapokok numeric(35,20) DEFAULT 0,
    hargajual1 numeric(20,3) DEFAULT 0,
    stok numeric(20,3) DEFAULT 0,
    stokmin numeric(20,3) DEFAULT 0,
    rak varchar(100),
    keterangan text,
    gambar bytea,
    statusjual varchar(15) DEFAULT 'Y',
    statushapus varchar(15),
    supplier1 varchar(50),
    dateupd timestamp without time zone DEFAULT now(),
    matauang varchar(50)
);

CREATE TABLE tbl_itemsatuanjml (
    iddetail varchar(150) NOT NULL,
    kodeitem varchar(100),
    satuan varchar(30),
    jumlahkonv numeric(20,3) DEFAULT 1,
    kodebarcode varchar(100),
    hargapokok numeric(35,20) DEFAULT 0,
    tipe varchar(15),
    dateupd timestamp without time zone DEFAULT now(),
    poin numeric(20,3) DEFAULT 0,
    komisisales numeric(20,3) DEFAULT 0
);

CREATE TABLE tbl_itemhj (
    iddetail varchar(150) NOT NULL,
    kodeitem varchar(100),
    tipehj varchar(10),
    jmlsampai numeric(20,3) DEFAULT 0,
    level integer DEFAULT 0,
    prosentase numeric(20,3) DEFAULT 0,
    satuan varchar(50),
    hargajual numeric(35,20) DEFAULT 0,
    dateupd timestamp without time zone DEFAULT now()
);

CREATE TABLE tbl_itemstok (
    kodeitem varchar(100) NOT NULL,
    kantor varchar(50) NOT NULL,
    stok numeric(20,3) DEFAULT 0,
    hppdasar numeric(35,20) DEFAULT 0
);

-- Sales: a receipt and its lines.
CREATE TABLE tbl_ikhd (
    notransaksi varchar(50) NOT NULL,
    tanggal timestamp without time zone,
    kodekantor varchar(50),
    kodesupel varchar(50),
    tipe varchar(15),
    totalitem numeric(20,3),
    subtotal numeric(20,3),
    potnomfaktur numeric(20,3) DEFAULT 0,
    pajak numeric(20,3) DEFAULT 0,
    totalakhir numeric(20,3),
    carabayar varchar(15),
    jmltunai numeric(20,3),
    kembalian numeric(20,3),
    keterangan text,
    user1 varchar(50),
    dateupd timestamp without time zone DEFAULT now()
);

CREATE TABLE tbl_ikdt (
    iddetail varchar(150) NOT NULL,
    nobaris integer,
    notransaksi varchar(50),
    kodeitem varchar(100),
    jumlah numeric(20,3),
    satuan varchar(50),
    jmlkonversi numeric(20,3) DEFAULT 1,
    harga numeric(35,20),
    potongan numeric(35,20) DEFAULT 0,
    total numeric(20,3),
    jmlretur numeric(20,3) DEFAULT 0,
    notrsretur varchar(100),
    hppdasar numeric(35,20),
    dateupd timestamp without time zone DEFAULT now()
);

-- Purchases: an invoice and its lines.
CREATE TABLE tbl_imhd (
    notransaksi varchar(50) NOT NULL,
    tanggal timestamp without time zone,
    kodekantor varchar(50),
    kodesupel varchar(50),
    tipe varchar(15),
    nofaktursup varchar(50),
    totalitem numeric(20,3),
    subtotal numeric(20,3),
    pajak numeric(20,3) DEFAULT 0,
    totalakhir numeric(20,3),
    carabayar varchar(15),
    tgljt timestamp without time zone,
    keterangan text,
    user1 varchar(50),
    dateupd timestamp without time zone DEFAULT now()
);

CREATE TABLE tbl_imdt (
    iddetail varchar(150) NOT NULL,
    nobaris integer,
    notransaksi varchar(50),
    kodeitem varchar(100),
    jumlah numeric(20,3),
    satuan varchar(50),
    jmlkonversi numeric(20,3) DEFAULT 1,
    harga numeric(35,20),
    potongan numeric(20,3) DEFAULT 0,
    total numeric(20,3),
    dateupd timestamp without time zone DEFAULT now()
);

-- The stock ledger: what went out and what came in.
CREATE TABLE tbl_item_ik (
    iddetail varchar(150) NOT NULL,
    notransaksi varchar(50),
    tanggal timestamp without time zone,
    tipe varchar(15),
    kodeitem varchar(100),
    kodekantor varchar(50),
    jumlah numeric(20,3),
    hargapokok numeric(35,20),
    dateupd timestamp without time zone DEFAULT now()
);

CREATE TABLE tbl_item_im (
    iddetail varchar(150) NOT NULL,
    notransaksi varchar(50),
    tanggal timestamp without time zone,
    tipe varchar(15),
    kodeitem varchar(100),
    kodekantor varchar(50),
    jumlah numeric(20,3),
    sisa numeric(20,3),
    hargapokok numeric(35,20),
    dateupd timestamp without time zone DEFAULT now()
);

CREATE TABLE tbl_accjurnal (
    iddetail varchar(150) NOT NULL,
    notransaksi varchar(50),
    tanggal timestamp without time zone,
    kodeacc varchar(50),
    kodekantor varchar(50),
    debet numeric(20,3) DEFAULT 0,
    kredit numeric(20,3) DEFAULT 0,
    keterangan text,
    user1 varchar(50)
);

CREATE SEQUENCE seq_notransaksi START 1;

CREATE FUNCTION fn_dateupd() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.dateupd := now();
    RETURN NEW;
END;
$$;

CREATE FUNCTION fn_hargajual(p_kodeitem varchar, p_satuan varchar) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_harga numeric;
BEGIN
    SELECT hargajual INTO v_harga FROM tbl_itemhj
    WHERE kodeitem = p_kodeitem AND satuan = p_satuan ORDER BY level, jmlsampai LIMIT 1;
    RETURN coalesce(v_harga, 0);
END;
$$;

CREATE VIEW view_itemharga AS
SELECT i.kodeitem, i.namaitem, i.jenis, i.merek, s.satuan, s.jumlahkonv, s.kodebarcode, h.level, h.jmlsampai, h.hargajual
FROM tbl_item i
JOIN tbl_itemsatuanjml s ON s.kodeitem = i.kodeitem
JOIN tbl_itemhj h ON h.kodeitem = i.kodeitem AND h.satuan = s.satuan;

CREATE VIEW view_penjualan AS
SELECT h.notransaksi, h.tanggal, h.kodekantor, d.kodeitem, d.jumlah, d.satuan, d.harga, d.total
FROM tbl_ikhd h
JOIN tbl_ikdt d ON d.notransaksi = h.notransaksi;
