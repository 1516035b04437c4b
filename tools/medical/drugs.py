"""Names of drugs in a text: by the stems of international nonproprietary names, and common names without one.

Source of the stems: WHO, "The use of stems in the selection of INN for pharmaceutical substances", 2018.
"""

import re

_STEMS = (
    "adol|afil|apine|arabine|azepam|azole|azoline|bactam|bendazole|bicin|bital|butazone|caine|cavir|"
    "cef|cept|cillin|citabine|conazole|coxib|curium|cycline|dipine|dralazine|dronate|dronic|entan|"
    "estrant|fenac|fibrate|floxacin|formin|fungin|gatran|gepant|gestrel|glifozin|gliflozin|glinide|"
    "gliptin|glitazone|glutide|grastim|idone|kinra|lamide|lisib|lizumab|lukast|mab|metacin|micin|"
    "mustine|mycin|nacin|nidazole|nitidine|olol|oxacin|oxetine|parib|parin|parinux|penem|peridol|"
    "peridone|phylline|pidem|platin|poetin|prazan|prazole|pril|prilat|profen|rafenib|relin|sartan|"
    "semide|setron|sidone|statin|steride|stigmine|tadine|tecan|terol|thiazide|tiazide|tidine|tinib|"
    "toin|trel|triptan|triptyline|tropium|vaptan|vastatin|vir|vudine|xaban|ximab|zolamide|zolid|zomib"
)
_COMMON = (
    "acetaminophen|paracetamol|aspirin|insulin|warfarin|heparin|digoxin|lithium|morphine|codeine|"
    "fentanyl|ketamine|prednisone|prednisolone|dexamethasone|hydrocortisone|methylprednisolone|"
    "budesonide|fluticasone|beclometasone|salbutamol|albuterol|levothyroxine|methotrexate|"
    "cyclosporine|ciclosporin|tacrolimus|azathioprine|colchicine|allopurinol|febuxostat|amiodarone|"
    "adenosine|atropine|epinephrine|adrenaline|noradrenaline|nitroglycerin|clopidogrel|ticagrelor|"
    "prasugrel|spironolactone|eplerenone|amiloride|gabapentin|pregabalin|carbamazepine|valproate|"
    "phenytoin|levetiracetam|lamotrigine|topiramate|sertraline|citalopram|escitalopram|venlafaxine|"
    "mirtazapine|bupropion|trazodone|clozapine|olanzapine|quetiapine|zinc|magnesium|metoclopramide|"
    "loperamide|bisacodyl|senna|lactulose|naloxone|buprenorphine|methadone|naltrexone|varenicline|"
    "nicotine|caffeine|trimethoprim|sulfamethoxazole|nitrofurantoin|chloramphenicol|rifampicin|"
    "isoniazid|pyrazinamide|ethambutol|tamoxifen|estradiol|oestrogen|estrogen|progesterone|"
    "testosterone|misoprostol|oxytocin|glucagon|sacubitril|hydralazine|clonidine|methyldopa|labetalol|"
    "chlorthalidone|indapamide|ezetimibe|niacin|sulfasalazine|mesalazine|hydroxychloroquine|"
    "chloroquine|quinine|ivermectin|aciclovir|acyclovir|oseltamivir|interferon|melatonin"
)
_CHINESE_STEMS = (
    "普利|沙坦|他汀|洛尔|地平|西林|霉素|沙星|替尼|单抗|双胍|肝素|沙班|拉唑|替丁|唑仑|西泮|噻嗪|特罗|韦"
)
_CHINESE_COMMON = (
    "阿司匹林|布洛芬|对乙酰氨基酚|胰岛素|华法林|地高辛|氯吡格雷|替格瑞洛|泼尼松龙|泼尼松|地塞米松|布地奈德"
    "|沙丁胺醇|甲氨蝶呤|环孢素|秋水仙碱|别嘌醇|非布司他|胺碘酮|硝酸甘油|阿昔洛韦|利福平|异烟肼|吗啡|可待因"
    "|锂盐|呋塞米|螺内酯"
)
_ENGLISH_NAME = re.compile(rf"(?<![A-Za-z])(?:[a-z]{{2,}}(?:{_STEMS})|{_COMMON})(?![A-Za-z])", re.IGNORECASE)
_HAN = "(?![和或者及与用服吃喝加含如即等是为的将以由可考虑应次片粒天日周月年种毫克每])[\u4e00-\u9fff]"
_CHINESE_NAME = re.compile(
    f"{_CHINESE_COMMON}|(?:格列|头孢)(?:{_HAN}){{1,2}}|(?:{_HAN}){{0,3}}(?:{_CHINESE_STEMS})"
)
_LEAST = 3  # letters of a Chinese name that is more than its stem
_NO_DRUGS = frozenset({"except", "accept", "concept", "precept", "cholesterol", "orbital"})


def find_drugs(text: str) -> frozenset[str]:
    """The names of drugs in ``text``, in lower case; of Chinese ones the part that names the substance."""
    english = {found[0].lower() for found in _ENGLISH_NAME.finditer(text)} - _NO_DRUGS
    return frozenset(english | {found[0] for found in _CHINESE_NAME.finditer(text)})


def invented(text: str, sources: str) -> frozenset[str]:
    """The drugs of ``text`` whose names stand nowhere in ``sources``."""
    said, known = sources.lower(), find_drugs(sources)
    return frozenset(
        name
        for name in find_drugs(text)
        # A Chinese name has no beginning that can be told: letters before it may have come along.
        if name not in said and not any(name.endswith(one) and len(one) >= _LEAST for one in known)
    )
