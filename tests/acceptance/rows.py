"""Rows of the iPOS tables, with a convincing value for every column that a test does not name."""

from typing import Any

from tests.backups import Shop

Row = dict[str, Any]


def item(kodeitem: str, system: str | None = "O", **columns: Any) -> Row:
    """An item sold by the piece; cost 2500 and, being of system O unless told, a fixed price of 3000."""
    return {
        "kodeitem": kodeitem,
        "namaitem": f"BARANG {kodeitem}",
        "satuan": "PCS",
        "sistemhargajual": system,
        "hargapokok": 2500,
        "hargajual1": 3000 if system == "O" else 0,
        "statusjual": "Y",
        "statushapus": "N",
    } | columns


def unit(kodeitem: str, satuan: str, konversi: Any = 1, **columns: Any) -> Row:
    detail = f"{kodeitem}/{satuan.strip()}/{columns.get('kodebarcode', '')}"
    return {"iddetail": detail, "kodeitem": kodeitem, "satuan": satuan, "jumlahkonv": konversi} | columns


def price(kodeitem: str, satuan: str, hargajual: Any, level: int = 0, jmlsampai: Any = 0, **columns: Any) -> Row:
    return {
        "iddetail": f"{kodeitem}/{satuan}/{level}/{jmlsampai}",
        "kodeitem": kodeitem,
        "satuan": satuan,
        "level": level,
        "jmlsampai": jmlsampai,
        "hargajual": hargajual,
    } | columns


def stock(kodeitem: str, kantor: str, stok: Any) -> Row:
    return {"kodeitem": kodeitem, "kantor": kantor, "stok": stok}


def clean_items(count: int, first: int = 0) -> list[Row]:
    """Items about which no check has anything to say, with `clean_units`."""
    return [item(f"BERSIH-{n}") for n in range(first, first + count)]


def clean_units(count: int, first: int = 0) -> list[Row]:
    return [unit(f"BERSIH-{n}", "PCS") for n in range(first, first + count)]


def clean_shop(count: int, **more: Any) -> Shop:
    return Shop(items=clean_items(count), units=clean_units(count), **more)
