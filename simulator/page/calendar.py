"""Dates of the Persian calendar, by which Iran counts its days."""

from datetime import date

# Its leap years recur every 33 years, for as long as anybody will look at this page. This is the
# first day of such a cycle, in the year 1206: the 5th, 9th, ..., 33rd year of a cycle are leap years.
_FIRST_DAY, _FIRST_YEAR = date(1827, 3, 22).toordinal(), 1206
_DAYS_IN_33_YEARS = 33 * 365 + 8


def persian_date(day: date) -> tuple[int, int, int]:
    """Give year, month and day of the Persian calendar."""
    cycles, days = divmod(day.toordinal() - _FIRST_DAY, _DAYS_IN_33_YEARS)
    year = 1
    while days >= (length := 366 if year % 4 == 1 < year else 365):
        days -= length
        year += 1
    # Six months of 31 days, then months of 30.
    begins, days_in_month, first_month = (0, 31, 1) if days < 186 else (186, 30, 7)
    months, days = divmod(days - begins, days_in_month)
    return _FIRST_YEAR + cycles * 33 + year - 1, first_month + months, days + 1
