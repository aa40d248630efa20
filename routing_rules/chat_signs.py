"""What private talk sounds like and what a matter for an office sounds like: signs with weights set by hand.

Written from reading private texts beside complaints; the weights are rough on purpose (1 a hint, 2 a sign, 3 hardly
ever anything else). It holds words and decides nothing; ``no_matter`` adds them up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Weight to the signs that a text is about a matter for an office. Chinese.
MATTER_ZH: Mapping[float, str] = {
    3: """
    投诉 举报 反映 反应问题 咨询 求助 求解决 请解决 呼吁 诉求 维权 上访 信访 控告 检举 申诉 尊敬的 厅长 书记您 市长
    县长 区长 镇长 政府 部门 村委 居委 业委会 物业 城管 环保 环卫 民政 人社 公安局 派出所 交警 工商局 卫生局 教育局
    税务 国土 规划局 住建 法院 纪委 执法 居民 村民 业主 住户 市民 群众 百姓 农民工 民工 职工 退休 工人 员工 患者
    残疾人 低保 五保 孤寡 贫困 独生子女 小区 社区 街道办 村道 乡村 农村 公路 道路 路段 马路 人行道 盲道 红绿灯 井盖
    窨井 下水道 排水 污水 垃圾 公厕 绿化 树木 消防 电梯 管道 电线 电缆 变压器 自来水 停气 天然气 燃气 煤气 暖气 供暖
    供水 供电 内涝 塌陷 坑洼 破损 裂缝 倒塌 危房 危楼 拆迁 征地 征收 违建 违章 违规 违法 非法 占道 乱停 乱放 乱扔
    乱倒 乱收 乱建 施工 工地 渣土 扬尘 噪音 噪声 扰民 油烟 臭气 臭味 恶臭 异味 刺鼻 黑烟 粉尘 废水 废气 污染 排放
    偷排 养猪场 养殖场 采石 砂石 河道 黑臭 死猪 流浪狗 野狗 烧烤摊 流动摊 摆摊 夜市 广场舞 麻将馆 棋牌室 传销 假冒
    伪劣 过期食品 欺诈 骗局 收费 拖欠 克扣 欠薪 社保 医保 养老 公积金 失业金 工伤 劳动 辞退 补贴 补助 补偿 赔偿 安置
    廉租 公租房 房产证 交房 购房 房屋 住房 质量 隐患 严重影响 危害 存在问题 无人管 没人管 无人处理 不作为 解决 整治
    整改 取缔 查处 严查 彻查 监管 治理 恢复 改善 落实 政策 规定 条例 办理 户口 新农合 二胎 超生 计生 生育 职称 编制
    教师 学校乱 招生 补课 幼儿园 小学 初中 中学 教育 师资 医疗 卫生院 医师 报销 药品 垄断 运营 的士 出租车 客运 班车
    拥堵 停车难 停车位 车位 限速 超载 交通 高速 收费站 景区 旅行社 导游 市场 经营 营业执照 无证 商家 店家 企业 厂
    集团 工程 建设 规划 建议 为何 合理吗 合法吗 相关 长期 一直没 多次 至今 周边 损坏 损毁 故障 堵塞 漏电 坏了几 掉落
    脱落 请还 鸣笛 喇叭声 太吵 吵得 吵死 吵人 扯皮 宰客 强买 高空抛物 群租 地沟油 蚊虫 老鼠 蟑螂 消毒 宽带被 信号差
    邮政 快递公司 供电局 电力 书记 局长 主任您 影响睡觉 影响休息 没法睡 无法休息 睡不着觉 睡不好觉 无法入睡 休息不好
    归谁管 管管 反映一下 没人来修 骗子 忽悠 保健品 黑心 乱象 违纪 贪污 腐败 受贿 学位 入学难 转学 学区 学籍 重点班
    食品安全 餐具 诊所 疫苗 接种 预防针 医德 医风 医务 招标 投标 报名费 学杂费 罚款 审批 公示 招考 招聘不 事业编 考编
    教师证 社保卡 参保 缴费 工龄 退役 抚恤 优抚 伤残 殡葬 墓地 乱葬 祠堂 乱涨价 涨价 物价 虚高 短斤缺两 缺斤少两 过期
    变质 农药 化肥 假种子 耕地 农田 水库 水渠 灌溉 洪水 林地 砍伐 宅基地 房改 棚改 旧改 加装电梯 烂尾 延期交 公摊
    绿地 车库 地下室 墙体 外墙 瓷砖 护栏 栏杆 路面 减速带 斑马线 信号灯 标线 路牌 站牌 站台 公交站 停运 拒载 绕路
    打表 套牌 酒驾 飙车 炸街 超速 大货车 渣土车 电动车充电 充电桩 飞线 车棚 共享单车 僵尸车 收购站 作坊 窝点 赌博
    卖淫 嫖娼 吸毒 斗殴 偷盗 盗窃 报警 拐卖 家暴 虐待 乞讨 流浪汉 精神病 悲哀 恳求 恳请 请求 堪忧 黑势 恶势 霸王
    不公平 不公正 不合规 不达标 超标 辐射 基站 高压线 变电站 加油站 屠宰 臭水 化粪池 粪便 狗屎 狗粪 遛狗 犬吠 狗叫
    鸡叫 装修声 电钻 夜间施工 音响 音乐声 棋牌 烧烤 早餐摊 油污 餐厨 烟囱 秸秆 焚烧 鞭炮 燃放 祭祀 小广告 牛皮癣 乱贴
    乱涂 乱画 广告牌 店招 遮挡 挡住 堆放 堆满 杂物 占用 占用车 占路 占了 私搭 搭建 违搭 围挡 路障 封路 断头路 修路
    泥泞 尘土 灰尘 洒水车 垃圾桶 垃圾站 清洁 保洁 没人清 停水了 停水什么 停电了 没水了 来水 不亮了 灯坏 灯不亮 楼道灯
    路灯 好臭 很臭 臭死 太臭 死鱼 打桩 欠我工资 欠工资 老板欠 欠我 诈骗 被骗 骗老人 骗钱 骚扰短信 垃圾短信 诈骗短信
    贷款短信 跑路 要不回来 没人收 没人扫 没人修 没人处理 求你们管 你们管 管不管 态度差 收费乱 咬人 乱叫 冒充 难看死
    办证刻章 养老金 不认账 堵了 堵死 堵住 漏雨 渗水 积水 太堵 没人理 物业不 推来推去 踢皮球 停水 漏水 开发商 楼道
    家里没水 家里没电 家里没气
    """,
    2.5: """
    附近
    """,
    2: """
    街道 大道 国家 行政 公布 资格 工资 福利 资金 费用 管理 服务 设施 环境 安全 生态 文化 体育 广告 机构 老师们 孩子们
    小孩 儿童 无法 不合 乱 脏 堵 破 漏 塌 淹 危险 影响 希望 要求 望 盼 谁来 谁管 什么时候能 本人 我们是 一名 作为 贵
    巷 路口 公园 菜场 菜市场 商场 酒吧 饭馆 餐馆 歌厅 噪 污 违 擅自 私自 强制 霸占 侵占 破坏 倾倒 燃烧 砍 倒了
    掉了下来 断了 修 维修 抢修 清理 清运 清扫 处理 检修 安装 开通 增设 垃 渠 树 草 烟 气味 味道大 灯不 不亮 没水 跳闸
    不通 不热 失修 堵车 意见 尽快 领导 家长 是否 能否 可否 关于 学生 宾馆 请问 公司 老师不 作弊 加班费 课外 补习 培训
    办班 考点 准考 考务 高考 中考 考生 统考 县 镇 村 局 厅 怎么维权 怎么处理 怎么没人 怎么不管 管一管 管下 管吗
    有没有人管 什么时候修 什么时候能修 什么时候通 修好 修一修 修一下 来修 没修 帮忙处理 来处理 反应一下 麻烦处理
    影响生活 影响孩子 影响出行 家门口 门前 出入 进出 行人 老人孩子 摔倒 摔伤 绊倒 砸到 砸伤 咬伤 公交车 学费 隔壁
    单元 幢 井 沟 摊 人员 广场 校车 药店 挂号 病房 护士 押金 年检 军人 景点 种子 农机 合同 线路 改道 摩的 三轮车
    拖拉机 电动车 废品 失踪 走失 入学 入托 适龄 老年人 老人 病人 申报 申办 无门 太差 太低 太高 太贵 怀疑 质疑 疑问
    疑惑 看法 现象 待遇 归属 标准 政策性 KTV 宠物 骗 坑 臭 怎么办 打电话物业 水管 死了好 没有路灯 没有灯 睡不着
    休息不 医院 有关 单位 卫生 何时 省
    """,
    1: """
    市 区 路 街 楼 房 水 电 车 工 证 费 元 年 为什么 如何 不能 政 民 户 法 规 保 险 医 药 校 位于 住在 多年 几年
    几个月 晚上吵 天天 日夜 每天 经常 一直 突然 导致 造成 非常 有人在 坏 猫 狗 鸡 猪 门口 车站 店 怎么 整天 请 您
    问题 我是 废 河 桥 检查 价格 文件 取消 调整 严重 母亲 父亲 亲属 亲人 困难 亲自 书面 证书 教科书 文书 切实 密切
    依靠 靠近 快乐购 哇哈哈 人民家 多人家 户人家 说明 发放 发布 开发 发展 来自 都市 首都 还款 退还 归还 发票 买卖
    购买 回应 问政 回迁 刚需 他们 大家 我家 我村 我县 我区 本市 本地 当地 我市 我省 我小区 我父亲 我母亲 我孩子 乡 府
    职 对面 邻居 公交 买房 房子 楼下 超市门 饭店 栋 号楼 业 何 班主任 天桥 奇怪 新开的 可疑 偷偷 差 低 难 地下 驾照
    驾校 看病 食堂 洞 充电 保护 材料 条件 交易 社会 食品 玻璃 司机 证件 怎么回事 来电 没来 楼上 首付 理财 吵 找谁
    不给 没发 停电 半夜 凌晨 通宵 家里没
    """,
    0.5: """
    学校 教室 学院 水平 工作 医生 市区 身份证 我们 您好 员 公 国 园
    """,
}

#: Weight to the signs of private talk. Chinese.
CHAT_ZH: Mapping[float, str] = {
    3: """
    呵呵 哈哈 嘿嘿 嘻嘻 呜呜 嗯嗯 恩恩 么么 亲爱的 宝贝 晚安 早安 想你 爱你 生日快乐 新年快乐 节快乐 祝你 祝福 早点睡
    睡觉 吃饭 干嘛 在干 聊天 聊聊 逛街 宿舍 寝室 洗澡 上课 下课 上网 打球 约会 好久不见 好久没 美女 帅哥 哥们 兄弟
    姐妹 老妈 老爸 爸妈 姐姐 哥哥 弟弟 学长 学姐 师兄 师姐 同学 舍友 短信 回电 打电话 电话给 给你 给我 找我 等我 等你
    找你 陪我 接我 接你 帮你 带你 跟你 和你 想我 告诉我 你在哪 你呢 你是谁 你好吗 回来 回去 到家 起床 收到 知道了
    没事 好吧 好啊 好啦 行啊 有空 没空 记得 别忘 忘了 再说吧 怎么样 不用 无聊 喜欢 讨厌 开心 生气 郁闷 对不起 谢谢你
    谢啦 论文 实验室 图书馆 自习 毕业论文 唱歌 喝酒 红包 衣服 网购 飞机 火车票
    """,
    2: """
    你 啊 吧 啦 哈 呵 嘿 呢 嘛 哦 噢 嗯 恩 呀 哎 唉 哟 呗 咯 喔 晕 咱 俺 啥 咋 睡 饭 吃 玩 聊 逛 累 饿 哥 姐 妹 爸 妈
    姨 舅 她 吻 抱抱 那我 明天 今晚 昨天 后天 昨晚 刚才 刚刚 一会 等会 待会 等下 马上 中午 下午 点半 礼拜 星期 放假
    下班 开会 手机 电话 号码 邮箱 微信 电脑 了没 了吗 了哈 是吗 好吗 估计 反正 不过 貌似 好像 肯定 还好 还行 挺 不错
    好的 一起 出来 出去 过来 上来 起来 东西 歌 梦 乖 傻 笨 胖 爽 帅 疼 感冒 注意身体 担心 放心 认识 爱情 幸福 咖啡
    蛋糕 买点 吃点 恭喜 恭祝 鸿运 财源 福如东海 万事如意 心想事成 祥 福 吉祥 如意 祝 愿你 顺风 好孩子 恋家 您的桌子
    入住 您贵人 主人房 汇报 一共多少 电梯口 楼下集合 集合
    """,
    1.5: """
    话费 元旦 元宵 新年 过年 拜年
    """,
    1: """
    的话 找 忘 怕 刚 再 先 那个 今天 晚上 点钟 什么 觉得 不要 不行 不会 ~ ~~ ^ … !! 。。 .. = ?? :) :( 弄 考试 复习
    作业 减肥 买东西 电影 游戏 回家 身体 不好意思 老公 老婆 课 书 亲 考 加油 快乐 心情 周末 加班 朋友 其实 人家 过去
    下来 进来 应该是 居然 切 靠 困 自己 妹妹 休息 真的 行吗 我 了 去 租房 合租 房东 房租 在路上 路过 上路 半路 一路
    路上 坐车 打车 上车 下车 车上 火车 开车 平安 上班 班级 网吧 科室 护照 外卖 夜班 淘宝 节目 学期 请假 练车 开学
    典礼 见面 游戏厅 包裹 奖学金 物流 通讯录 三缺一 沙县 一个园 党员 团员 会员 常委 施主 在忙 忙死 各位 公斤 报价
    送货 请指示 请进 请客 请大家 请各位 请吃 请安静 请三 请帮 请给 请到 请带 请签 教师节 贺卡 韩语 鸭梨 机场 球场
    博物馆 合影 农行 工行 大巴 超市 老地方 门票 团购 体验 没问题 莫得问题 问题是 非常好 不管怎 怎么个 怎么定 鸡蛋
    鸡腿 鸡肉 废话 车站票 车票 动车 汽车票 结婚 乱想 乱说 乱掉 修裤 裤子 头脑 修图 树林 乱讲 恋爱 坏蛋 坏人 难过 难受
    难道 难吃 难看 难怪 难得 好难 差不多 差点 出差 低调 山洞 贵人 贵姓 贵人多 猪头 小猪 烤鸡
    """,
    0.5: """
    才 买 早上 这个 可以 想 带 感觉 回 说 他 就 还 几点 看 知道 来 发 叫 都 现在 没有 问 水果 喝水 开水 热水 香水
    薪水 电影院 流量 免费 车费 路费 明年 年级 年会 校区 校门 区别 房间 看房 学生证 房卡 老师 酒店 招生办
    """,
}

#: Weight to the signs that a text is about a matter for an office. English.
MATTER_EN: Mapping[float, str] = {
    4: """
    graffiti|sidewalk|pothole|pot hole|potthole|streetlight|street light|crosswalk|storm drain|manhole|sewer|sewage|
    overgrown|overgrowth|traffic light|traffic signal|stop sign|street sign|hydrant|sinkhole|illegal dumping|dumping|
    debris|bike lane|right of way|grafitti|gravel|derelict|blighted|side walk|power line
    """,
    3: """
    street lamp|lamp post|light pole|lightpole|utility pole|telephone pole|power pole|stop light|stoplight|no parking|
    cross walk|crossing signal|pedestrian|intersection|curb|kerb|gutter|drain|drainage|catch basin|water main|
    water leak|water meter|cave in|pavement|paving|asphalt|roadway|overgrow|weeds|vegetation|kudzu|tree limb|limb|
    limbs|branches|trash|garbage|rubbish|litter|littered|dumped|dumpster|recycling|bulk|sanitation|junk|abandoned|
    vacant|dilapidated|blight|squatters|homeless|encampment|panhandling|panhandlers|rodent|rodents|rats|mice|bed bugs|
    roaches|infestation|stray|illegal|illegally|unsafe|hazard|hazardous|hazards|dangerous|unsanitary|violation|
    violations|code enforcement|enforcement|complaint|complaints|inspection|inspector|permit|zoning|missed collection|
    missed pickup|missed trash|not collected|pickup|pick up missed|repair|repairs|repaint|replacement|maintenance|
    maintenace|outage|outages|blocked drain|clogged|cracked|cracks|crumbling|uneven|broken|damaged|faded|bent|leaning|
    leaking|leak|leaks|flooding|flooded|erosion|collapsed|collapsing|potholes|ramp|ada|median|guardrail|guard rail|
    overpass|bridge|railroad|speeding|speed bump|speed hump|double parked|parked cars|illegally parked|noise|
    loud music|fireworks|smell of|odor|stench|smoke from|gas leak|playground|park lighting|dist|district|ward|
    city council|the city|city of|county|department|public works|neighborhood|neighbourhood|neighbors|residents|
    tenants|apartment building|building code|heat|property|driveway|alley|lane markings|striping|signage|wires|
    wire down|exposed wire|hanging wire|flickering|bins|barking|mosquito|mosquitoes|tires|potholed|resurfacing|repave|
    repaving|boarded|loitering|drug dealing|prostitution|trespassing|vandalism|vandalised|vandalized|burning trash|
    fire hydrant|my building|my neighbour|our block|our neighborhood|our road|upstairs|catchbasin|redlight|
    overcrowding|squatter|tall grass|city-owned|u turn|sink hole|standing water|dead deer|dead animal|
    graffiti removal|burned home|burned house|burned down|abandoned home|shopping cart|sitting water|red light camera|
    bike rack|no crossing|school zone|right turn|left arrow|turn arrow|in row|on row|r/w|from row|right-of-way|scam|
    no heat|no water|not picked up|i want to report|would like to report|please fix|can you fix|brown water|
    water is brown|broken glass|our street|my street|so loud|the neighbors|my neighbors|landlord
    """,
    2: """
    street|road|avenue|ave|blvd|boulevard|rd|lane|lanes|highway|hwy|parkway|pkwy|corner of|traffic|signal|signals|
    sign|signs|lights out|lights|lamp|pole|poles|hole|holes|tree|trees|grass|bush|bushes|shrubs|roots|root|leaves|
    leaf|yard|fence|wall|roof|brick|concrete|cement|metal|plate|cover|lid|grate|box|cabinet|cable|wire|electrical|
    electric|power|water|gas|pipe|fountain|park|parks|trail|path|parking|parked|vehicle|vehicles|truck|trucks|trailer|
    construction|contractor|contractors|utility|utilities|removal|missing|blocked|obscured|obstructed|sticking out|
    fallen|downed|knocked|uprooted|dead tree|rough|massive|numerous|multiple|exposed|sharp|needs|needed|request|
    requests|issues|reporting|replace|replaced|replacing|not working|doesn't work|does not work|don't work|
    out of order|no longer works|wood|paint|painted|tagging|gang|mattress|couch|furniture|appliance|appliances|
    carcass|raccoon|possum|deer|wasp|bees|nest|pollution|dust|mud|dirt|sand|snow|plow|plowing|salt|airplane|
    plane noise|helicopter|siren|alarm|loud|public|safety|operations|arrow|turn signal|left turn|timing|one way|yield|
    speed limit|residential|commercial|unattended|squatting|smelly|filthy|dirty|ugly|disgrace|mess|shame|disrepair|
    patch|sunken|bumpy|rusted|rotten|rotting|overflowing|spill|spilled|runoff|puddle|creek|river|issue|foliage|stash|
    unresponsive|intermittent|traffic calming|caving in|caving|cave|out of sync|sync|walk light|red light|green light|
    crossing|encroachment|brawling|racing|raceing|ripple|bumps|dips|heaves|frost|jagged|deterioration|deteriorating|
    deteriorated|buckled|buckling|tire|inlet|homeless camp|unpermitted|without permit|burned|burnt|abandonded|vacancy|
    bulb|bulbs|sticks|pile|piles|structure|unstable|alleyway|courts|gardens|turn lane|marta|i-85|i-285|i-20|i-75|
    visibility|detour|signalproblem|signproblem|exiting|merging|merge|bicycles|bicycle|cyclist|cyclists|pedestrians|
    commuters|drivers|motorists|vision|blind spot|obstructing|impassable|impassible|remove|cut down|trim|trimmed|
    trimming|mow|mowed|cleaned up|clean up|cleanup|picked up|collected|maintained|unmaintained|neglected|
    poor condition|conditions|worn|restriping|striped|marking|markings|crater|ditch|culvert|pond|stream|overflow|
    backed up|water pressure|discolored|hydro|transformer|sparking|arcing|pole down|tree down|down tree|down power|
    line down|blocking|covering|protruding|jutting|sticking|complaining|trip hazard|all night|stinks|tripped|who do i|
    compliment|inquiry|food alert|plumbing|mechanical|ventilation|overcharge|egress|space saver|defaced|metering|
    government|recycles|policy|occupying|exterior damage|damage|lighting|lamp out|light out|lot|properties|lawn|
    sub-metering|road is|bad road|trash can|cans|smoking|chemical|asbestos|lead paint|mold|mould|roach|vermin|skunk|
    feces|urine|needles|syringe|syringes|bulky|curbside|compost|leash|off leash|stray dogs|loose dog|loose dogs|poop|
    valid permit|after hours|work without|power lines|utility work|guard|barricade|barrel|barrels|cones|bollard|
    bollards|unlit|ponding|puddles|washed out|washout|resurface|milling|groove|rut|ruts|divot|gouge|crack|chipped|
    slab|handrail|railing|railings|valve|geyser|sinking|settling|depression|drop off|embankment|slope|retaining wall|
    outfall|storm water|stormwater|swale|easement|cul-de-sac|dead end|roundabout|divider|barrier|barriers|speed table|
    rumble strip|road closure|road closed|lane closure|closure|wrong way|one-way|no left turn|no right turn|u-turn|
    hov|bus lane|bus shelter|streetcar|railroad crossing|train tracks|train horn|aircraft|jets|low flying|coyote|
    coyotes|squirrel|pigeon|pigeons|geese|snakes|hornets|termites|fleas|condemned|foreclosure|foreclosed|unkempt|
    eyesore|boarded up|unsecured|hoarding|hoarder|fire damage|fire damaged|airbnb|rooming house|boarding house|
    short term rental|occupancy|setback|banner|banners|billboard|billboards|camper|inoperable|expired tags|fire lane|
    bike share|scooter|scooters|dockless|recyclables|recycle|toter|herbie curbie|yard waste|yard trimmings|bagged|
    refrigerator|rubble|oil spill|fumes|septic|grease|swings|benches|pavilion|restroom|restrooms|water fountain|
    ballfield|dog park|boardwalk|playset|mulch|sandbox|vagrant|vagrants|panhandler|gunshots|trespassers|tents|
    urinating|tagged|vandal|vandals|guy wire|streetlamp|street lamps|power outage|electricity|gas line|pedestal|
    comcast|verizon|interstate|expressway|freeway|unplowed|unshoveled|snow removal|icy|black ice|salting|sanding|
    sweeping|swept|street sweeper|street cleaning|catch basins|floods|floodwater|drowned|stagnant|mildew|insects|
    infested|overfull|spilling|knocked down|knocked over|knockdown|fallen over|tipped|leaner|diseased|topped|pruning|
    prune|pruned|planting|planter|planters|landscape|landscaping|irrigation|sprinkler|sprinklers|hydrants|meters|
    parking meter|kiosk|permit parking|resident parking|handicap|handicapped|accessible|curb cut|curb ramp|crosswalks|
    walk signal|walk button|pedestrian signal|countdown|blinker|flashing|blinking|sensor|detector|timed|stuck on red|
    stays red|green arrow|left-turn|left turn lane|stoplights|speeders|drag racing|cut through|cut-through|
    truck traffic|idling|exhaust|engine noise|construction noise|leaf blower|blowers|barking dog|rooster|nightclub|
    noise complaint|disturbance|fighting|assault|theft|break-in|break in|burglary|needle|drugs|dealers|overdose|
    public urination|public drinking|food truck|vendor|vendors|hawker|unlicensed|unregistered|permitting|unfinished|
    incomplete|unrepaired|unresolved|neglect|shoddy|poorly|faulty|defective|malfunction|malfunctioning|inoperative|
    burned out|burnt out|burnout|obstruct|obstructs|obstruction|blocks|encroaching|covered by|covered with|hidden by|
    unreadable|illegible|worn out|rusty|rusting|crooked|tilted|twisted|wobbly|warped|heaved|heaving|lifted|lifting|
    dislodged|shifted|craters|rough road|bumpy road|road damage|storm damage|water damage|sidewalks|curbs|stairway|
    stairs|ramps|bridges|tunnel|underpass|viaduct|footbridge|trestle|levee|dam|seawall|shoreline|cemetery|rec center|
    ward office|city hall|mayor|councilman|councilmember|commissioner|ordinance|regulation|code violation|
    health inspector|health code|eviction|slumlord|boiler|fire escape|smoke detector|fire alarm|sprinkler system|
    building permit|zoning violation|property line|fence down|fallen tree|fallen limb|bin|meter|stump|broken post|
    sign post|light post|street light in|streetlight in|light in front|my trash|trash was|no electricity|no power|
    no hot water|through with my stroller|stroller|wheelchair|is this a scam|tenant|too loud|very loud|
    can't sleep because|keep me awake|keeps me awake|please come|please send|please do something|do something about|
    who can i call|who do i call|who is responsible|report a|to report|complain|since monday|for weeks|for months|
    for 2 days|for 3 days|days now|weeks now|months now|again and again|every night|nobody comes|no one comes|
    nobody came|never fixed|still not fixed|still broken|my neighbor|our building|my road|my block|my alley|
    in front of my|behind our
    """,
    1.5: """
    problem|missed|falling|hanging
    """,
    1: """
    across from|between|in front of|side|front|city|community|building|restaurant|children|cars|dogs|north|south|east|
    west|downtown|section|needs to|weeks|big|red|down|closed|empty|other|council|bench|ice|fixed|fix|install|
    need to be|cycle|view|ahead|flat|wheel|court|garage|loose|entrance|exit|lake|button|driver|pick up|visible|
    condition|collection|bike|bikes|deep|large|huge|major|serious|severe|constant|constantly|excessive|too fast|
    at night|for years|nobody|someone needs|somebody|can someone|can somebody|who should i|smell|smells|stink|dark|
    pitch dark|accident|accidents|injured|tripping|fell|fall|employee|program|square|commons|arboretum|terrace|circle|
    dip|alert|removed|too close|trunk|corner|corners|beyond|burst|tracks|horn|plane|planes|snake|sofa|fridge|toilet|
    carpet|swing|picnic|camping|tent|cleaning|flood|standing|dying|hollow|semi|fight|stolen|drunks|license|licence|
    ignored|dim|hidden|raised|separated|gaps|steps|beach|recreation|rental|rent|heating|elevator|ne|sw|expwy|tar|edge|
    shoulder|island|shelter|dock|pool|tennis|basketball|field|bathroom|tv|oil|boat|rv|gate|chip|ants|patching|post|
    posts|lots|row|drug|st|bus stop|traffic jam|problems|cone|music|comments|comment|since yesterday|since last|
    for a week|for days|fix it|next door|every day|contract|outside my|behind my
    """,
    0.5: """
    at|on|near|new|car|house|no|not|by|walk-in|lead|way|drive|short|low|place|flag|service|common|close to|case|tall|
    block|months|green|bag|garden|code|area|long|behind|line|lines|soccer|library|slide|nw|report|white|yellow|black|
    fire|school|center|store|open|car park|new house|my house
    """,
}

#: Weight to the signs of private talk. English, as it is written on phones.
CHAT_EN: Mapping[float, str] = {
    3: """
    u|ur|haha|hahaha|hahahaha|hehe|hee|heehee|lol|lols|lmao|rofl|omg|xd|lah|lor|leh|liao|meh|mah|sia|hor|dun|wan|
    wanna|gonna|gotta|tmr|tml|tmrw|2moro|tonite|nite|wat|wad|dat|dis|noe|oso|juz|jus|coz|cos|cuz|abt|btw|nvm|pls call|
    thks|thk|thx|thanx|luv|love you|love u|love ya|miss you|miss u|kiss|kisses|xoxo|dear|darling|babe|baby|sweetie|
    honey|bro|dude|sis|fren|friend|friends|mum|mom|dad|dunno|shld|frm|wif|msg me|call me|text me|ok|okay|okie|kk|yup|
    yeah|yea|yes|nope|hey|yo|bye|cya|ttyl|good morning|good night|gd|morning|goodnight|birthday|happy|dinner|lunch|
    breakfast|eat|eating|sleep|sleeping|asleep|woke|wake|bathe|shower|movie|exam|exams|lecture|tutorial|homework|
    assignment|class|lesson|study|studying|hostel|hall|sorry|oops|oh|ooh|ohh|ah|hmm|hmmm|wow|yay|aww|haiz|i think|
    i guess|i thought|i know|i dunno|i love|i miss|i'll|i'm|im|i've|are you|do you|did you|can you|will you|have you|
    what time|where are|how are|see you|see u|meet|meeting you|let me know|let's|lets|take care|my love|god bless|
    bless|wish you|hope you|congrats|good luck|enjoy|party|beer|drunk|boyfriend|girlfriend|bf|gf|hubby|wife|cousin|
    uncle|aunty|auntie|hai|kya|nahi|bhai|haan|tum|aap|yaar|nai|ho|ka|ki|ko|chat|asl|facebook|fb|whatsapp|skype|gmail|
    email|cute|sexy|smile
    """,
    2: """
    eh|me|he|she|him|her|it's|that's|he's|she's|we're|you're|don't|didn't|can't|won't|why|but|so|then|well|just|go|
    going|come|coming|came|went|want|wanted|like|know|think|told|say|said|ask|asked|saw|feel|hope|wait|waiting|later|
    today|tomorrow|tonight|yesterday|already|yet|soon|maybe|really|actually|anyway|sure|fine|cool|nice|great|awesome|
    fun|good|sad|tired|bored|busy|free|reach|reached|buy|bought|pay|money|sms|msg|message|reply|call|called|talk|
    speak|weekend|sunday|monday|friday|saturday|thursday|wednesday|tuesday|pm|am|la|le|lo|ya|da|den|ar|ba|k|r|n|d|b|v|
    y|p|m|xp|1st|thank|thanks|doing|shall|may|might|must|do|did|was|were|something|anything|everything|someone|anyone|
    everyone|life|world|heart|god|man|guy|guys|girl|boy|hi|hello|i
    """,
    1.5: """
    you|your|got|get|what|see|tell|now|late|early
    """,
    1: """
    here|much|very|also|only|even|first|last|next|time|day|days|week|mins|min|try|give|take|let|make|send|look|job|
    office|book|shop|train|play|listen|read|write|...|..|!!|??|:)|:-)|:(|:d|;)|<3|does|would|should|could|have|had|
    who|name|pls|we|my|us|them|his|how|can|will|phone|when|no problem|any problem|no comment|no need|new car
    """,
    0.5: """
    home|too|about|more|all|any|some|hour|work|room|help|watch|has|one|bad|if|where|answer me|handed in|no one
    """,
    0.25: """
    the|a|an|is|are|it|this|that|for|to|with|as|be|there|there's|its|been|or
    """,
}

#: English written like the title of a report, "Bent Street Sign": friends do not write so.
TITLE = re.compile(
    r"[A-Z][a-z'/]{2,}(?:[ :@,-]+(?:[A-Z][a-z'/]{2,}|[A-Z]{2,4}|and|of|on|in|at|the|for|to|by|or|a|\d+|&|/))+"
)
TITLE_SAYS = 1.0
