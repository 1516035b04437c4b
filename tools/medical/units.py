"""Units of medical text, English and Chinese, and what they come to in one unit of their kind."""

from fractions import Fraction

#: By spelling, in lower case: the unit it is counted in, and how many of that it is.
UNITS: dict[str, tuple[str, Fraction]] = {
    spelling: (unit, Fraction(factor))
    for unit, factor, spellings in (
        ("mg", "1", "mg|milligram|milligrams|毫克"),
        ("mg", "1000", "g|gram|grams|克"),
        ("mg", "1000000", "kg|kilogram|kilograms|千克|公斤"),
        ("mg", "0.001", "µg|μg|mcg|ug|microgram|micrograms|微克"),
        ("mg", "0.000001", "ng|nanogram|nanograms|纳克"),
        ("ml", "1", "ml|milliliter|milliliters|millilitre|millilitres|毫升"),
        ("ml", "1000", "l|liter|liters|litre|litres|升"),
        ("ml", "100", "dl|deciliter|deciliters|decilitre|decilitres|分升"),
        ("IU", "1", "iu|international unit|international units|国际单位"),
        ("U", "1", "u|unit|units|单位"),
        ("mmHg", "1", "mmhg|mm hg|毫米汞柱"),
        ("kg/m2", "1", "kg/m2|kg/m²|kg/m^2|千克/平方米|公斤/平方米"),
        ("mol", "1", "mol|摩尔"),
        ("mol", "0.001", "mmol|毫摩尔"),
        ("mol", "0.000001", "µmol|μmol|umol|微摩尔"),
        ("mol", "0.000000001", "nmol|纳摩尔"),
        ("%", "1", "%|％|percent|per cent|percentage points"),
        ("°C", "1", "°c|℃|degrees celsius|摄氏度"),
        ("°F", "1", "°f|℉|degrees fahrenheit|华氏度"),
        ("cm", "1", "cm|centimeter|centimeters|centimetre|centimetres|厘米"),
        ("cm", "0.1", "mm|millimeter|millimeters|millimetre|millimetres|毫米"),
        ("cm", "100", "m|meter|meters|metre|metres|米"),
        ("kcal", "1", "kcal|calories|kilocalories|千卡"),
        ("minute", "1", "minute|minutes|min|mins|分钟"),
        ("minute", "60", "hour|hours|h|hr|hrs|小时|个小时"),
        ("minute", "1440", "day|days|night|nights|天|日"),
        ("minute", "10080", "week|weeks|周龄|周|星期|个星期"),
        ("minute", "20160", "fortnight|fortnights"),
        ("month", "1", "month|months|个月龄|月龄|个月|月"),
        ("month", "12", "year|years|yr|yrs|year-old|years old|years of age|年|岁|周岁|岁龄"),
        ("month", "120", "decade|decades"),
        ("dose", "1", "tablet|tablets|pill|pills|capsule|capsules|片|粒|丸"),
        ("portion", "1", "doses|剂"),
        ("puff", "1", "puff|puffs|吸|喷"),
        ("drop", "1", "drop|drops|滴"),
        ("time", "1", "time|times|次"),
        ("fold", "1", "fold|-fold|倍"),
        ("point", "1", "point|points|分"),
        ("person", "1", "people|persons|person|patients|adults|women|men|children|人|名|位|例"),
    )
    for spelling in spellings.split("|")
}
