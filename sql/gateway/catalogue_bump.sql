update gateway.catalogue set version = version + 1 returning version
