-- Keys and indexes, created after the rows. Units, prices and stock have no foreign key to tbl_item, because in real
-- shops some of them belong to items that no longer exist.

ALTER TABLE tbl_itemjenis ADD CONSTRAINT tbl_itemjenis_pkey PRIMARY KEY (jenis);
ALTER TABLE tbl_itemmerek ADD CONSTRAINT tbl_itemmerek_pkey PRIMARY KEY (merek);
ALTER TABLE tbl_itemsatuan ADD CONSTRAINT tbl_itemsatuan_pkey PRIMARY KEY (satuan);
ALTER TABLE tbl_kantor ADD CONSTRAINT tbl_kantor_pkey PRIMARY KEY (kodekantor);
ALTER TABLE tbl_supelgrup ADD CONSTRAINT tbl_supelgrup_pkey PRIMARY KEY (kgrup);
ALTER TABLE tbl_itempotongan ADD CONSTRAINT tbl_itempotongan_pkey PRIMARY KEY (iddetail);
ALTER TABLE tbl_itemdisp ADD CONSTRAINT tbl_itemdisp_pkey PRIMARY KEY (iddiskon);
ALTER TABLE tbl_itempromo ADD CONSTRAINT tbl_itempromo_pkey PRIMARY KEY (idpromo);
ALTER TABLE tbl_supel ADD CONSTRAINT tbl_supel_pkey PRIMARY KEY (kode);
ALTER TABLE tbl_matauang ADD CONSTRAINT tbl_matauang_pkey PRIMARY KEY (matauang);
ALTER TABLE tbl_itemserial ADD CONSTRAINT tbl_itemserial_pkey PRIMARY KEY (noserial);
ALTER TABLE tbl_item ADD CONSTRAINT tbl_item_pkey PRIMARY KEY (kodeitem);
ALTER TABLE tbl_itemsatuanjml ADD CONSTRAINT tbl_itemsatuanjml_pkey PRIMARY KEY (iddetail);
ALTER TABLE tbl_itemhj ADD CONSTRAINT tbl_itemhj_pkey PRIMARY KEY (iddetail);
ALTER TABLE tbl_itemstok ADD CONSTRAINT tbl_itemstok_pkey PRIMARY KEY (kodeitem, kantor);

CREATE INDEX idx_item_namaitem ON tbl_item (namaitem);
CREATE INDEX idx_item_jenis ON tbl_item (jenis);
CREATE INDEX idx_itemsatuanjml_kodeitem ON tbl_itemsatuanjml (kodeitem);
CREATE INDEX idx_itemsatuanjml_barcode ON tbl_itemsatuanjml (kodebarcode);
CREATE INDEX idx_itemhj_kodeitem ON tbl_itemhj (kodeitem);

ALTER TABLE tbl_ikhd ADD CONSTRAINT tbl_ikhd_pkey PRIMARY KEY (notransaksi);
ALTER TABLE tbl_ikdt ADD CONSTRAINT tbl_ikdt_pkey PRIMARY KEY (iddetail);
ALTER TABLE tbl_imhd ADD CONSTRAINT tbl_imhd_pkey PRIMARY KEY (notransaksi);
ALTER TABLE tbl_imdt ADD CONSTRAINT tbl_imdt_pkey PRIMARY KEY (iddetail);
ALTER TABLE tbl_item_ik ADD CONSTRAINT tbl_item_ik_pkey PRIMARY KEY (iddetail);
ALTER TABLE tbl_item_im ADD CONSTRAINT tbl_item_im_pkey PRIMARY KEY (iddetail);
ALTER TABLE tbl_accjurnal ADD CONSTRAINT tbl_accjurnal_pkey PRIMARY KEY (iddetail);

CREATE INDEX idx_ikhd_tanggal ON tbl_ikhd (tanggal);
CREATE INDEX idx_imhd_tanggal ON tbl_imhd (tanggal);
CREATE INDEX idx_imdt_kodeitem ON tbl_imdt (kodeitem);
CREATE INDEX idx_item_im_kodeitem ON tbl_item_im (kodeitem);
CREATE INDEX idx_accjurnal_tanggal ON tbl_accjurnal (tanggal);

ALTER TABLE tbl_ikdt ADD CONSTRAINT fk_ikdt_ikhd FOREIGN KEY (notransaksi)
    REFERENCES tbl_ikhd (notransaksi) ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE tbl_imdt ADD CONSTRAINT fk_imdt_imhd FOREIGN KEY (notransaksi)
    REFERENCES tbl_imhd (notransaksi) ON UPDATE CASCADE ON DELETE CASCADE;

CREATE TRIGGER trg_item_dateupd BEFORE UPDATE ON tbl_item FOR EACH ROW EXECUTE PROCEDURE fn_dateupd();
