"""The portal's vocabularies: themes, under which datasets are found, and licences, under which they may be used."""
