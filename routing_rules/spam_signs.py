"""What advertisements, tricks and answering machines sound like: signs with weights set by hand.

Written from reading spam beside private texts; the weights are rough on purpose. It holds signs and decides nothing;
``no_matter`` adds them up. A telephone number, a price or an address of the web alone is never enough: residents write
them too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Weight to the words that advertise. Chinese.
SPAM_ZH: Mapping[float, str] = {
    4: """
    退订回 回T退 回TD 回复TD 回N退订 回复T退订 拒收请回复 代开发票 开发票 无抵押贷款 无抵押 日赚 日结 刷单 澳门赌场
    真人娱乐 博彩 六合彩 内幕消息 涨停牛股 牛股 高仿 办证刻章 代办证件 信用卡套现 套现 提额 网贷 低息贷款 秒批 秒到账
    放款快 黑户可做 免费领取 恭喜您中 恭喜你中 中奖 幸运用户 幸运观众 领取奖品 点击链接 点击领取 戳链接
    """,
    3: """
    贷款 利息低 额度 优惠券 代金券 满减 秒杀 抢购 特价 清仓 大促 促销 打折 折扣 首付 开盘 楼盘 认筹 稀缺房源 旺铺
    加盟 招商 代理 包邮 热销 新品上市 隆重开业 盛大开业 会员日 积分兑换 积分即将过期 兼职 招聘兼职 月入 轻松赚 赚钱
    理财 高收益 年化 炒股 股票群 加微信 加我微信 加V 加薇 扫码 公众号 关注公众号 回复1 详询 详情咨询 咨询热线
    订购热线 预订热线 火爆 限时 仅限今日 最后一天 私家侦探 催情 迷药 壮阳 减肥药 发票 学历代办 包过 保过 枪支 黑车
    二手车出售 陪聊 美女上门 上门服务 小姐服务 约炮 棋牌平台 注册送 充值送 首充 返利 返现 红包雨
    """,
    2: """
    优惠 免费 惊喜 豪礼 好礼 礼品 赠送 抽奖 热线 电话预约 预约电话 名额有限 先到先得 欲购从速 欢迎来电 来电咨询 恭候
    诚邀 尊贵 尊享 VIP 会员 正品 厂家直销 批发 零售 质优价廉 活动期间 元起
    """,
    1: """
    链接 网址 客服 验证码 登录 下载 点击 注册 账户 积分 活动 尊敬的客户 尊敬的用户 亲爱的会员 亲爱的用户
    """,
}

#: Weight to the words that advertise. English.
SPAM_EN: Mapping[float, str] = {
    3: """
    ringtone|ring tone|ringtones|polyphonic|real tone|to claim|claim code|claim your|claim ur|claim yr|prize|awarded|
    you have won|u have won|you won|urgent!|guaranteed|winner|bonus caller|cash-balance|unredeemed|un-redeemed|
    identifier code|account statement|t&c|t&cs|t&c's|ts&cs|tscs|tncs|ts&c's|18+|16+|over18's|age16|txtauction|pobox|
    opt out|optout|opt-out|2optout|call2optout|unsubscribe|unsub|2 stop|to stop|stop to|send stop|txt stop|text stop|
    reply stop|stoptx|2stoptx|stopsms|stop sms|sms-stop|stop texts|stop txts|2 cancel|cust care|custcare|
    customer care|customercare|std txt rate|stdtxtrate|standard rates|national rate|network rates|operator rates|
    line rental|linerental|half price|camcorder|handset|camera phone|camera phones|video phone|videophones|per min|
    per wk|per week|per msg|p/min|ppm|150ppm|150p|gbp|a week for|weekly comp|weekly draw|weekly competition|
    free entry|entry into|free msg|freemsg|free message|free-message|free ringtone|free tone|free camera|free nokia|
    gift voucher|gift vouchers|voucher|vouchers|free gift|cash award|cash prize|complimentary|await collection|
    awaiting collection|final attempt|2nd attempt|final notice|trying to contact|tried to contact|secret admirer|
    fancies you|fancy you|dating service|date service|sexy singles|horny|dogging|sex|explicit|live chat|chat line|
    chatline|121 chat|gay chat|singles|flirt|textoperator|textbuddy|msgrcvd|wap|mobileupd8|mob no|from landline|
    from land line|a landline|landline|customer services|customer service|voicemail|new voicemail|bad credit|
    refinance|casino|lottery|jackpot|viagra|weight loss|work from home|earn extra|make money|crypto|bitcoin|
    investment opportunity|act now|limited time|click here|click the link|subscription|subscriber|subscribed|
    subscribe|mobile content|your content|valid 12hrs|valid12hrs|valid 24|expires|expiry|exclusive offer|
    special offer|xmas offer|sae|your mobile|ur mobile|yr mobile|po box
    """,
    2: """
    prizes|dating|jamster|loan|loans|sexy|horny guys|your area|ur area|in yr area|invited|alert|ntwk|std|buy now|
    for just|your number|sponsored|promo|promotion|promotional|deals|bargain|save up|save £|vip|hits|java|wallpaper|
    screensaver|entitled|eligible|approved|debt|debts|compensation|ppi|claims|mortgage|accident claim|no obligation|
    terms apply|terms and conditions|conditions apply|limited offer|last chance|dont miss out|miss out|
    while stocks last|instore|in-store|our store|new collection|new arrivals|open day|book now|order now|join now|
    to cancel|download|charged|adult|auction|lucky day|surprise|save money|choose from|brought to you|log onto|goto|
    text your|reply yes|for delivery|delivery tomorrow|advisors|to order|you have 1|you are being|a call from|winning|
    claim|prize draw|draw|award|reward|selected|congratulations|congrats|cash|urgent|offer|offers|discount|mins|
    anytime|txts|tones|tone|logo|logos|poly|games|club|chance to|collect|collection|nokia|motorola|sonyericsson|ipod|
    ibiza|tenerife|holiday|free2day|customer|ordered|delivery|quiz|comp|entry|operator|network|service|weekly|wkly|
    latest|bluetooth|charges|tariff|tariffs|optin|babes|fantasy|fantasies
    """,
    1.5: """
    free|win|won|sms|txt|text|www|http|uk|camera
    """,
    1: """
    savings|bonus|points|gift|gifts|tickets|tour|game|insurance|credit card|in store|clearance|half term|xxx|
    fantastic|orange|xmas|santa|dirty|naked|wedding|shortly|access to|paid for|minute|monthly|chances|sale|credit|
    credits|order|register|registered|membership|member|competition|services|charge|cost|costs|calls|rate|rates|babe|
    video|pics|pic|mobile|visit|join|your chance|enjoy|stop|update|upgrade|valued|digital
    """,
    0.5: """
    don't miss|dont miss|call|reply|send|now|today|only|phone|new|hot|real|fun|guess|find out|someone|msg|message|
    dear|just|best|per|ur
    """,
}

#: Name, weight, whether in English only, and form of what is recognised by its form.
SPAM_FORMS: tuple[tuple[str, float, bool, re.Pattern[str]], ...] = (
    (
        "premium number",
        5,
        True,
        re.compile(
            r"(?<!\d)(?:09\d{8,9}|087[01]?[ -]?\d{3}[ -]?\d{2,4}(?: ?\d{2,3})?|0[89]\d{2} ?\d{3} ?\d{2} ?\d{2})(?!\d)"
        ),
    ),
    ("number to call", 2, False, re.compile(r"(?<![\d.])\+?\d[\d -]{8,13}\d(?![\d.])")),
    (
        "word to a short code",
        4,
        True,
        re.compile(r"\b(?:to|2)(?: no)?:?\s*\d{4,5}(?!\d)|\b(?:txt|text|send)\s+[\"']?[A-Z0-9]{2,}", re.ASCII),
    ),
    ("reply with a word", 3, True, re.compile(r"\b[Rr](?:EPLY|eply)\s+(?:with\s+)?[\"']?[A-Z0-9-]{3,}\b|\bREPLY\b")),
    (
        "price",
        2,
        False,
        re.compile(r"[£€$#]\s?\d|\d\s?(?:gbp|pounds?|pence)\b|[¥￥]\s?\d|\d+(?:\.\d+)?折|\d+万元?额度", re.I),
    ),
    (
        "price a minute",
        5,
        True,
        re.compile(r"\b\d+(?:\.\d+)?\s?p(?:pm|\b|ence|/)|£\d+(?:\.\d+)?\s?/?\s?(?:p?m|wk|min|msg|week|month)", re.I),
    ),
    (
        "link",
        2,
        False,
        re.compile(
            r"https?://|www\.|\b[a-z0-9-]{2,}\.(?:com|co\.uk|net|biz|tv|info|org|cn|top|xyz|cc|vip)\b|dwz\.|t\.cn/",
            re.I,
        ),
    ),
    ("signature of a sender", 1, False, re.compile(r"^【[^】]{2,12}】|【[^】]{2,12}】$")),
    ("call and a number", 3, True, re.compile(r"\b(?:call|ring|dial|phone|contact|tel)\b.{0,24}?\d[\d -]{4,}\d", re.I)),
    (
        "codes",
        2,
        True,
        re.compile(r"\b(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{4,}\b|\b[A-Z]{1,2}\d{1,2}[A-Z]? ?\d[A-Z]{2}\b"),
    ),
    ("many digits", 3, True, re.compile(r"(?:\d\D*){12}")),
    ("as long as an advertisement", 0.5, True, re.compile(r".{110}")),
    ("exclamation after capitals", 0.5, True, re.compile(r"\b[A-Z]{3,}!|!.*!")),
    ("capitals", 1, True, re.compile(r"(?:\b[A-Z]{3,}\b[^a-z]{0,12}){2}")),
    (
        "capital words",
        1.5,
        True,
        re.compile(r"\b(?:FREE|WIN|WON|NOW|URGENT|CALL|TXT|TEXT|CLAIM|STOP|PRIVATE|WINNER|SALE|CASH|PRIZE)\b"),
    ),
)

#: Weight to what takes away from spam: private talk and complaints about spam.
NOT_SPAM_ZH: Mapping[float, str] = {
    4: """
    投诉 举报 诈骗 骗子 被骗 骗 骚扰 反映 乱收费 拖欠 维权 扰民 收到短信 收到一条 没收到 传销 虚假广告 假冒 欠薪 不退
    退款 退钱 管管 请查 查处 严查
    """,
    2: """
    小区 我们 邻居 楼下 楼上 隔壁 路灯 垃圾 物业 业主 居民 村 噪音 没人 有人 社区 怎么办 帮忙 请问 是否 能不能 贴
    乱贴 小广告
    """,
    1: """
    你 我 吗 吧 呢 啊 哈 了没
    """,
}
NOT_SPAM_EN: Mapping[float, str] = {
    3: """
    haha|hahaha|hahahaha|lar|lor|lah|dun|i'm|i'll|i've|gonna|dont|don't|didn't|can't|tmr|2mrw|tonite|nite|wen|wrk|
    thanx|missing you|love you|good morning|good night|complaint|complain|scam|fraud|illegal|pothole|sidewalk|
    my street|neighbor|neighbour|my house|the road|i hope|i wish|i was|i think|i want|i need|my friend|my love
    """,
    2: """
    lol|hehe|leh|liao|wat|da|la|ya|gud|im|hey|baby|darlin|darling|dude|bro|mum|mom|dad|yest|kiss|kisses|sleep|lunch|
    dinner|feel|feeling|thought|hope|wish|cos|coz|abt|jus|den|dear i|him|her|his|tell|told|ask|went|said|eat|tired|
    bored|drunk|class|exam|school|college|boss|work|yo|almost|game over|sch|u wan|wan|mah|sia|hor|meh|tml|noe|oso|juz|
    dunno|hee|thk|yup|okie|nvm|paiseh|go home|fren
    """,
    1.5: """
    she|he
    """,
    1: """
    luv|wot|babes|yesterday|movie|cuz|pls|asked|came|i|my|me|but|ok|okay|was|come|going|home|love|sorry|what|k|yeah|
    :)|:-)|;)|did|am|tonight|already|could|want|reach|reaching|meeting|friends
    """,
    0.5: """
    we|they|so|think|know|later|tomorrow|how|when|where|yes|got|good|morning|should|would|there|then|now
    """,
}

#: Weight to the words of machines that answer by themselves.
AUTOREPLY: Mapping[float, str] = {
    4: """
    自动回复|自动答复|自动应答|此短信由系统自动|系统自动发送|系统自动回复|请勿直接回复|请勿回复本|本短信无需回复|
    无需回复此|机主正忙|机主不方便|机主暂时|您好,我现在有事不在|我现在有事不在|一会再和您联系|一会儿再和您联系|
    稍后再和您联系|正在开车,稍后|正在开会,稍后|在开会,稍后|现在不方便接听|不方便接听电话|暂时无法接听|稍后给您回电|
    稍后回复您|休假期间|我正在休假|此号码已停用|本号码不接收短信|已收到您的邮件|您的来信已收到|您的短信已收到|
    您的留言已收到|留言已收到|正在驾驶|驾驶模式|勿扰模式|automatic reply|auto reply|auto-reply|autoreply|
    automated reply|automated response|automated message|automatic response|auto response|auto-response|out of office|
    out of the office|do not reply to this|please do not reply|this mailbox is not monitored|not monitored|
    unmonitored|no-reply|noreply|i'm driving and|i am driving and|driving right now|i'm driving right now|
    i'm currently driving|driving mode|do not disturb while driving|i'll see your message when|
    will see your message when|on annual leave|on vacation until|on leave until|away from my phone|
    can't talk right now|cannot talk right now|i'm in a meeting. i'll|in a meeting and will|
    will get back to you as soon|get back to you as soon as|will respond as soon as|we have received your message|
    we received your message|your message has been received|thank you for contacting|thanks for contacting|
    thank you for your message. we|thanks for your message. we|this number does not accept|this number cannot receive|
    message could not be delivered
    """,
    2: """
    稍后回复|稍后联系|稍后再|不方便接|请留言|忙线中|现在忙|开会中|开车中|出差中|休假中|急事请|紧急请拨|如有急事|
    工作时间|currently away|currently unavailable|unavailable|back in the office|returning on|limited access to email|
    for urgent matters|if urgent|if this is urgent|business hours|office hours|our team will|we will get back|
    will reply later|reply when i can|call you back later|call me back later|shortly
    """,
}
