"""Rows of the clinic database: a group of clinics with emergency room and wards, 2023 to 2025."""

from collections.abc import Iterator

import numpy as np

from .arrow import Part, levels, listed
from .billing import make_claims, make_surveys
from .drawing import Draw, Rng
from .people import make_allergies, make_patient_table, make_patients, make_providers
from .treatment import (
    make_diagnoses,
    make_lab_results,
    make_prescriptions,
    make_procedures,
    make_referrals,
)
from .visits import make_appointments, make_encounters


def tables(seed: int = 7) -> Iterator[Part]:
    """(table name, rows) of every table in foreign-key order; the same for the same seed.

    A table that refers to itself comes in several parts, those referred to first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    known: Draw = {}
    yield "sites", listed("sites")
    yield "departments", listed("departments")
    known["providers"], table = make_providers(rng)
    yield from levels("providers", table, "boss_id")
    yield "payers", listed("payers")
    known["patients"], _ = make_patients(rng, known["providers"])
    known["slots"], appointments = make_appointments(rng, known)
    known["encounters"], encounters = make_encounters(rng, known)
    yield from levels("patients", make_patient_table(known["patients"]), "guarantor_id")
    yield "allergies", make_allergies(rng, known["patients"])
    yield "appointments", appointments
    yield from levels("encounters", encounters, "prior_id")
    for name in ("diagnosis_codes", "procedure_codes", "drugs", "lab_tests"):
        yield name, listed(name)
    known["principal"], table = make_diagnoses(rng, known)
    yield "diagnoses", table
    yield from _treatment(rng, known)


def _treatment(rng: Rng, known: Draw) -> Iterator[Part]:
    fees, table = make_procedures(rng, known)
    yield "procedures", table
    yield "prescriptions", make_prescriptions(rng, known)
    tests, table = make_lab_results(rng, known)
    yield "lab_results", table
    known["bill"] = fees + tests
    yield "referrals", make_referrals(rng, known)
    yield from levels("claims", make_claims(rng, known), "orig_id")
    yield "surveys", make_surveys(rng, known)
