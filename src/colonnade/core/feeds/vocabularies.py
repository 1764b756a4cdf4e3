"""Terms of the European Union's controlled vocabularies (the Publications Office's authority tables, which DCAT-AP asks
for), found by what publishers write."""

import re
from collections.abc import Mapping

from colonnade.core.feeds.texts import folded

AUTHORITY = "http://publications.europa.eu/resource/authority"

LANGUAGES: Mapping[str, str] = {
    "en": "ENG",
    "fr": "FRA",
    "nl": "NLD",
    "pt": "POR",
    "it": "ITA",
    "ar": "ARA",
    "de": "DEU",
    "es": "SPA",
    "ca": "CAT",
    "eu": "EUS",
    "sv": "SWE",
    "da": "DAN",
    "fi": "FIN",
    "el": "ELL",
    "pl": "POL",
    "ro": "RON",
    "bg": "BUL",
    "cs": "CES",
    "et": "EST",
    "ga": "GLE",
    "hr": "HRV",
    "hu": "HUN",
    "lt": "LIT",
    "lv": "LAV",
    "mt": "MLT",
    "sk": "SLK",
    "sl": "SLV",
    "no": "NOR",
    "nb": "NOB",
    "lb": "LTZ",
    "rm": "ROH",
    "gl": "GLG",
}

THEMES: Mapping[str, tuple[str, str]] = {
    "AGRI": (
        "Agriculture, fisheries, forestry and food",
        (
            "agriculture fisheries fishing forestry food agriculture peche foret sylviculture alimentation landwirtschaft "
            "fischerei forstwirtschaft nahrungsmittel landbouw visserij bosbouw voeding agricoltura pesca foreste alimenti "
            "agricultura silvicultura alimentacion jordbruk fiske skogsbruk livsmedel agricultura pesca silvicultura"
        ),
    ),
    "ECON": (
        "Economy and finance",
        (
            "economy finance business employment economie entreprise pme emploi finances wirtschaft finanzen arbeit "
            "financien bedrijven werk economia finanze lavoro imprese economia hacienda empleo comercio industria ekonomi "
            "finans naringsliv tourism tourisme tourismus toerisme turismo"
        ),
    ),
    "EDUC": (
        "Education, culture and sport",
        (
            "education culture sport sports training heritage leisure formation enseignement patrimoine loisirs bildung kultur "
            "onderwijs cultuur istruzione cultura educacion deporte deportes utbildning idrott educacao desporto ocio"
        ),
    ),
    "ENER": ("Energy", "energy energie energia"),
    "ENVI": (
        "Environment",
        "environment environnement umwelt milieu ambiente medioambiente miljo climate climat klima clima water eau wasser",
    ),
    "GOVE": (
        "Government and public sector",
        (
            "government administration citizenship politics elections gouvernement citoyennete verwaltung regierung politik "
            "overheid bestuur politiek governo amministrazione gobierno administracion regering offentlig governo"
        ),
    ),
    "HEAL": ("Health", "health sante gesundheit gezondheid salute sanita salud halsa saude"),
    "INTR": (
        "International issues",
        "international internationales internationaal internazionali internacional",
    ),
    "JUST": (
        "Justice, legal system and public safety",
        (
            "justice safety police crime security securite criminalite justiz sicherheit recht veiligheid justitie giustizia "
            "sicurezza justicia seguridad legislacion rattsvasende justica"
        ),
    ),
    "REGI": (
        "Regions and cities",
        (
            "regions cities housing urbanism planning territoire urbanisme logement amenagement regionen stadte wohnen steden "
            "huisvesting regioni citta regiones ciudades urbanismo vivienda regioner stader cidades"
        ),
    ),
    "SOCI": (
        "Population and society",
        (
            "population society social demography societe demographie bevolkerung gesellschaft bevolking samenleving popolazione "
            "societa poblacion sociedad demografia befolkning samhalle populacao sociedade"
        ),
    ),
    "TECH": (
        "Science and technology",
        (
            "science technology research recherche technologie wissenschaft technik forschung wetenschap scienza tecnologia "
            "ciencia investigacion vetenskap teknik"
        ),
    ),
    "TRAN": (
        "Transport",
        (
            "transport transports traffic mobility mobilite deplacements verkehr mobilitat vervoer verkeer mobiliteit trasporti "
            "mobilita transporte trafico movilidad trafik mobilidade movements"
        ),
    ),
}
"""Data themes: their label, and words of several languages by which they are known, without accents."""

FREQUENCIES: Mapping[str, tuple[str, str]] = {
    "CONT": (
        "R/PT1S",
        "continuous continuously realtime real-time en continu temps reel kontinuierlich continu continuo",
    ),
    "HOURLY": ("R/PT1H", "hourly horaire stundlich oraria"),
    "DAILY": (
        "R/P1D",
        "daily quotidien quotidienne journalier taglich dagelijks giornaliera diaria diario dagligen",
    ),
    "WEEKLY": ("R/P1W", "weekly hebdomadaire wochentlich wekelijks settimanale semanal veckovis"),
    "BIWEEKLY": ("R/P2W", "biweekly fortnightly"),
    "MONTHLY": ("R/P1M", "monthly mensuel mensuelle monatlich maandelijks mensile mensual mensal manadsvis"),
    "BIMONTHLY": ("R/P2M", "bimonthly bimestriel bimestrielle bimestral bimestrale"),
    "QUARTERLY": (
        "R/P3M",
        "quarterly trimestriel trimestrielle vierteljahrlich driemaandelijks trimestrale trimestral kvartalsvis",
    ),
    "TRIENNIAL": ("R/P3Y", "triennial triennal triennale trienal"),
    "ANNUAL_2": (
        "R/P6M",
        "semiannual biannual semestriel semestrielle halbjahrlich halfjaarlijks semestrale semestral",
    ),
    "ANNUAL": ("R/P1Y", "annual annually yearly annuel annuelle jahrlich jaarlijks annuale anual arligen"),
    "BIENNIAL": ("R/P2Y", "biennial biennal biennale bienal"),
    "IRREG": (
        "irregular",
        "irregular irregulier irreguliere unregelmassig onregelmatig irregolare irregular",
    ),
    "NEVER": ("irregular", "never jamais nie nooit mai nunca aldrig ponctuel ponctuelle"),
    "OTHER": ("irregular", "other autre"),
}
"""How often data is renewed: in ISO 8601's words, and words by which it is known."""

_FREQUENCY_CODES: Mapping[str, str] = {
    **{code.casefold(): code for code in FREQUENCIES},
    **{iso.casefold(): code for code, (iso, _) in reversed(list(FREQUENCIES.items())) if iso != "irregular"},
    # Of Dublin Core's collection description, which older clients write.
    "semiannual": "ANNUAL_2",
    "threetimesayear": "ANNUAL_3",
    "semimonthly": "MONTHLY_2",
    "semiweekly": "WEEKLY_2",
    "r/p0.5m": "MONTHLY_2",
    "r/p3.5d": "WEEKLY_2",
    "r/p0.33m": "MONTHLY_3",
    "r/p0.33w": "WEEKLY_3",
}
_FREQUENCY_WORDS = {
    word: code for code, (_, words) in FREQUENCIES.items() for word in words.split() if len(word) > 3
}
_THEME_WORDS = {
    word: code for code, (label, words) in reversed(list(THEMES.items())) for word in words.split()
} | {folded(label): code for code, (label, _) in THEMES.items()}

_COUNTRIES = (
    "ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE "
    "BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS "
    "BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN "
    "COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST "
    "EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF "
    "GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD "
    "HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM "
    "JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA "
    "LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD "
    "MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM "
    "NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG "
    "PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA "
    "SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD "
    "STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON "
    "TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR "
    "VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE"
)
COUNTRIES: Mapping[str, str] = {one[:2].lower(): one[2:] for one in _COUNTRIES.split()}
"""ISO 3166: two letters, three letters."""

_PUBLISHER_TYPES = "http://purl.org/adms/publishertype"
PUBLISHER_TYPES: Mapping[str, str] = {
    folded(name): f"{_PUBLISHER_TYPES}/{name}"
    for name in (
        *(
            "Academia-ScientificOrganisation",
            "Company",
            "IndustryConsortium",
            "LocalAuthority",
            "NationalAuthority",
        ),
        *(
            "NonGovernmentalOrganisation",
            "NonProfitOrganisation",
            "PrivateIndividual(s)",
            "RegionalAuthority",
        ),
        *("StandardisationBody", "SupraNationalAuthority"),
    )
}
"""ADMS' types of publishers, by their folded names."""


def authority(table: str, code: str) -> str:
    """A term of one of the tables: `language`, `file-type`, `frequency`, `data-theme`, `access-right`, `country`."""
    return f"{AUTHORITY}/{table}/{code}"


def language(code: str) -> str | None:
    found = LANGUAGES.get(code.partition("-")[0].lower())
    return None if found is None else authority("language", found)


def country(code: str) -> str | None:
    found = COUNTRIES.get(code)
    return None if found is None else authority("country", found)


def themes(name: str) -> tuple[str, ...]:
    """The data themes that a theme of the portal is: by its code, its label, or else the first of its words that is one
    of a theme's. Empty if none is known."""
    code = name.rpartition("/")[2].strip().upper()
    if code in THEMES:
        return (code,)
    plain = folded(name)
    if plain in _THEME_WORDS:
        return (_THEME_WORDS[plain],)
    found = next((_THEME_WORDS[word] for word in re.findall(r"\w+", plain) if word in _THEME_WORDS), None)
    return () if found is None else (found,)


def frequency(written: str) -> str | None:
    """The code of how often data is renewed."""
    code = written.rstrip("/").rpartition("/")[2] if "://" in written else written
    plain = folded(code)
    if plain in _FREQUENCY_CODES:
        return _FREQUENCY_CODES[plain]
    return next(
        (_FREQUENCY_WORDS[word] for word in re.findall(r"[\w-]+", plain) if word in _FREQUENCY_WORDS), None
    )


def interval(written: str) -> str | None:
    """How often data is renewed, in ISO 8601's words (`R/P1D`), or `irregular`; None if it is not known."""
    if re.fullmatch(r"R/P(?:\d+(?:\.\d+)?[YMWD]|T\d+[HMS])", written.strip()):
        return written.strip()
    code = frequency(written)
    return FREQUENCIES[code][0] if code is not None and code in FREQUENCIES else None


def publisher_type(written: str | None) -> str | None:
    return None if written is None else PUBLISHER_TYPES.get(folded(written.rpartition("/")[2]))


ACCESS_RIGHTS: Mapping[str, str] = {
    "public": "PUBLIC",
    "restricted": "RESTRICTED",
    "restricted public": "RESTRICTED",
    "non public": "NON_PUBLIC",
    "private": "NON_PUBLIC",
}


def access_right(written: str | None) -> str | None:
    """Of a term, as its code or its address, or of a level of access of Project Open Data."""
    plain = (written or "").rpartition("/")[2]
    return ACCESS_RIGHTS.get(folded(re.sub(r"[_-]+", " ", plain)))
