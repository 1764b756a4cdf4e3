"""The examples of DKAN's document of its REST API, as it prints them. Hosts, numbers, cookies, tokens, names, passwords and
lengths are of the machine that they were recorded on."""

ADDRESSES = (
    "http://demo.getdkan.com/api/dataset/node.json?page=2&pagesize=10",
    "http://demo.getdkan.com/api/dataset/node.json?parameters[type]=dataset",
    "http://demo.getdkan.com/api/dataset/node.json?fields=title,nid&parameter[type]=resource&parameter[status]=1",
)

LOGIN = """\
POST http://docker:32774/api/dataset/user/login
Accept: application/json
Content-Length: 29
Content-Type: application/x-www-form-urlencoded

{
  "username": "admin",
  "password": "admin"
}"""

TOKEN = """\
POST http://docker:32774/services/session/token
Accept: application/json
Cookie: SESSd14344a17ca11d13bda8baf612c0efa5=OBoeXKMQx3zmaZrS_v3FOP7_Ze66fYA61TGhtm9s0Qk
Content-Length: 0
"""

CREATE_DATASET = """\
POST http://docker:32774/api/dataset/node
Content-Type: application/json
Accept: application/json
X-CSRF-Token: XBWI44XD33XBIANLpyK-rtvRa0N5OcaC03qLx0VQsP4
Cookie: SESSd14344a17ca11d13bda8baf612c0efa5=OBoeXKMQx3zmaZrS_v3FOP7_Ze66fYA61TGhtm9s0Qk
Content-Length: 44

{
  "type": "dataset",
  "title": "Test Dataset"
}"""

DELETE_DATASET = """\
DELETE http://docker:32774/api/dataset/node/123
Content-Type: application/json
X-CSRF-Token: XBWI44XD33XBIANLpyK-rtvRa0N5OcaC03qLx0VQsP4
"""

CREATE_RESOURCE = """\
POST http://docker:32774/api/dataset/node
Content-Type: application/json
Accept: application/json
X-CSRF-Token: XBWI44XD33XBIANLpyK-rtvRa0N5OcaC03qLx0VQsP4
Cookie: SESSd14344a17ca11d13bda8baf612c0efa5=OBoeXKMQx3zmaZrS_v3FOP7_Ze66fYA61TGhtm9s0Qk
Content-Length: 97

{
  "type": "resource",
  "field_dataset_ref": {"und": [{"target_id": "75"}]},
  "title": "Test Resource"
}"""

RETRIEVE_DATASET = """\
GET http://docker:32774/api/dataset/node/75
Accept: application/json
X-CSRF-Token: XBWI44XD33XBIANLpyK-rtvRa0N5OcaC03qLx0VQsP4
Cookie: SESSd14344a17ca11d13bda8baf612c0efa5=OBoeXKMQx3zmaZrS_v3FOP7_Ze66fYA61TGhtm9s0Qk
"""

DATASET_KEYS = frozenset(
    [
        "body",
        "changed",
        "comment",
        "created",
        "data",
        "field_additional_info",
        "field_author",
        "field_conforms_to",
        "field_contact_email",
        "field_contact_name",
        "field_data_dictionary",
        "field_data_dictionary_type",
        "field_frequency",
        "field_granularity",
        "field_harvest_source_ref",
        "field_is_part_of",
        "field_landing_page",
        "field_language",
        "field_license",
        "field_modified_source_date",
        "field_orphan",
        "field_pod_theme",
        "field_public_access_level",
        "field_related_content",
        "field_resources",
        "field_rights",
        "field_spatial",
        "field_spatial_geographical_cover",
        "field_tags",
        "field_temporal_coverage",
        "field_topic",
        "language",
        "log",
        "name",
        "nid",
        "og_group_ref",
        "path",
        "picture",
        "promote",
        "revision_timestamp",
        "revision_uid",
        "status",
        "sticky",
        "title",
        "tnid",
        "translate",
        "type",
        "uid",
        "uuid",
        "vid",
        "vuuid",
    ]
)
DATASET = {
    "body": [],
    "comment": "0",
    "data": "b:0;",
    "field_additional_info": [],
    "field_author": [],
    "field_license": {"und": [{"format": None, "safe_value": "notspecified", "value": "notspecified"}]},
    "field_modified_source_date": [],
    "field_orphan": {"und": [{"value": "0"}]},
    "field_public_access_level": {"und": [{"value": "public"}]},
    "field_tags": [],
    "language": "und",
    "log": "",
    "name": "admin",
    "og_group_ref": [],
    "picture": "0",
    "promote": "0",
    "revision_uid": "1",
    "status": "1",
    "sticky": "0",
    "title": "Test Dataset",
    "tnid": "0",
    "translate": "0",
    "type": "dataset",
    "uid": "1",
}
"""What the printed answer says that is not of its machine."""

UPDATE = """\
PUT http://docker:32774/api/dataset/node/75
Content-Type: application/json
Accept: application/json
X-CSRF-Token: XBWI44XD33XBIANLpyK-rtvRa0N5OcaC03qLx0VQsP4
Cookie: SESSd14344a17ca11d13bda8baf612c0efa5=OBoeXKMQx3zmaZrS_v3FOP7_Ze66fYA61TGhtm9s0Qk
Content-Length: 34

{"title": "Updated dataset title"}"""

ATTACH = """\
POST http://docker:32774/api/dataset/node/76/attach_file
Accept: application/json
X-CSRF-Token: XBWI44XD33XBIANLpyK-rtvRa0N5OcaC03qLx0VQsP4
Cookie: SESSd14344a17ca11d13bda8baf612c0efa5=OBoeXKMQx3zmaZrS_v3FOP7_Ze66fYA61TGhtm9s0Qk
Content-Length: 474
Content-Type: multipart/form-data; boundary=5f8b431c36a24c828044cd876b3aa669

--5f8b431c36a24c828044cd876b3aa669
Content-Disposition: form-data; name="attach"

0
--5f8b431c36a24c828044cd876b3aa669
Content-Disposition: form-data; name="field_name"

field_upload
--5f8b431c36a24c828044cd876b3aa669
Content-Disposition: form-data; name="files[1]"; filename="tension_sample_data.csv"

tension,current,timestamp
220,10,2016-05-27T19:56:41.870Z
50,15,2016-05-27T19:51:21.794Z
230,10,2016-05-27T19:56:41.870Z
--5f8b431c36a24c828044cd876b3aa669--
"""

RETRIEVE_RESOURCE = """\
GET /api/dataset/node/76
Accept: application/json
X-CSRF-Token: XBWI44XD33XBIANLpyK-rtvRa0N5OcaC03qLx0VQsP4
Cookie: SESSd14344a17ca11d13bda8baf612c0efa5=OBoeXKMQx3zmaZrS_v3FOP7_Ze66fYA61TGhtm9s0Qk
"""

RESOURCE_KEYS = frozenset(
    [
        "body",
        "changed",
        "comment",
        "created",
        "data",
        "field_dataset_ref",
        "field_datastore_status",
        "field_format",
        "field_link_api",
        "field_link_remote_file",
        "field_orphan",
        "field_upload",
        "language",
        "log",
        "name",
        "nid",
        "og_group_ref",
        "path",
        "picture",
        "promote",
        "revision_timestamp",
        "revision_uid",
        "status",
        "sticky",
        "title",
        "tnid",
        "translate",
        "type",
        "uid",
        "uuid",
        "vid",
        "vuuid",
    ]
)
UPLOAD: dict[str, object] = {
    "alt": "",
    "delimiter": None,
    "embed": None,
    "filemime": "text/csv",
    "filename": "tension_sample_data.csv",
    "filesize": "120",
    "graph": None,
    "grid": None,
    "map": None,
    "metadata": [],
    "service_id": None,
    "status": "1",
    "title": "",
    "type": "undefined",
    "uid": "1",
    "uri": "public://tension_sample_data.csv",
}

STATUS = """\
GET /api/dataset/datastore/21 HTTP/1.1
Content-Type: application/json
X-CSRF-Token: SbKKNwXWRpBmTPVylBoWQA7SEg6DI0-n_e1Sx8g6GPg
Accept: */*
cookie: SSESS22474bf3c2765681586dfeb396a82796=PrtS2ZEX9SBBLfNYNF6pwF94Lt0M9AEuhp4vYQ9J3nA
"""
STATUS_SAID = {
    "class": "Dkan\\Datastore\\Manager\\SimpleImport\\SimpleImport",
    "storage": 0,
    "data_import": 2,
    "configurable_properties": {"delimiter": ",", "quote": '"', "escape": "\\", "trailing_delimiter": False},
}

IMPORT = """\
POST /api/dataset/datastore/21/import HTTP/1.1
Content-Type: application/json
X-CSRF-Token: ftdT-Kpj4jg-UliwMml5-ZaxMFdRHnsFyIPbE9ACeg8
cookie: SSESS22474bf3c2765681586dfeb396a82796=PrtS2ZEX9SBBLfNYNF6pwF94Lt0M9AEuhp4vYQ9J3nA
"""

REMOVE = """\
DELETE /api/dataset/datastore/21 HTTP/1.1
Content-Type: application/json
X-CSRF-Token: ftdT-Kpj4jg-UliwMml5-ZaxMFdRHnsFyIPbE9ACeg8
cookie: SSESS22474bf3c2765681586dfeb396a82796=PrtS2ZEX9SBBLfNYNF6pwF94Lt0M9AEuhp4vYQ9J3nA
"""

CURL_LOGIN = """\
POST http://docker:32774/api/dataset/user/login
Content-type: application/json
Accept: application/json

{
  "username":"admin",
  "password":"password"
}"""

CURL_CREATE = """\
POST http://docker:32774/api/dataset/node
Content-type: application/json
X-CSRF-Token: 8RniaOCwrsK8Mvue0al_C6EMAraTg26jzklDdLLgvns
Cookie: cookies.txt
Accept: */*

{
  "title":"A node created via DKAN REST API",
  "type":"dataset",
  "body": {
    "und": [{"value": "This should be the description"}]
  }
}"""

PHP_TOKEN = """\
POST http://example.com/services/session/token
Accept: application/json
Cookie: $cookie_session
Content-Type: application/x-www-form-urlencoded
"""

PHP_CREATE = """\
POST http://example.com/api/dataset/node
Accept: application/json
X-CSRF-Token: $csrf_token
Cookie: $cookie_session
Content-Type: application/x-www-form-urlencoded

"""
PHP_DATASET = {
    "type": "dataset",
    "title": "Example dataset",
    "status": 1,
    "body[und][0][value]": "The description",
    "field_resources[und][0][target_id]": "Madison Polling Places (5)",
    "field_author[und][0][value]": "Bob Lafollette",
}
