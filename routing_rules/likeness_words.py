"""Words by which the names in a report are told from the rest of it; ``likeness`` reads with them.

They are few and general: what every report says in passing, what stands beside the name of a place, and what is a
kind of thing and no name. They were written by reading reports; no place, firm or person stands here.
"""

from __future__ import annotations


def _words(lines: str) -> tuple[str, ...]:
    return tuple(lines.split())


#: Said in any report, and about no matter in particular: a name ends where one of them begins.
PASSING = _words(
    """
    希望 领导 政府 部门 有关 相关 处理 解决 投诉 反映 反应 尊敬 您好 你好 业主 严重 影响 生活 请问
    咨询 问题 我们 你们 他们 我是 一名 感谢 谢谢 市民 百姓 老百姓 群众 居民 现在 目前 已经 一直 没有
    不能 可以 如果 因为 所以 但是 而且 什么 为什么 怎么 怎样 如何 关于 建议 请求 请 强烈 要求 尽快
    及时 书记 市长 区长 县长 每天 晚上 白天 凌晨 还有 这个 那个 这样 就是 不是 多次 情况 进行 能够
    能否 是否 还是 本人 大家 孩子 老人 近期 最近 导致 造成 增加 设置 加快 力度 建设 修建 何时 什么时候
    到底 合理 不合理 长期 多年 至今 迟迟 拒绝 存在 位于 座落 坐落 地处 家住 住在 我家 关注 监管 督促
    查处 取缔 整治 恳请 期待 反对 不作为 网格 的 了 和 是 在 我 您 你 们 这 那 也 都 就 不 有 没
    很 被 让 把 给 对 及 与 或 而 等 又 还 为 以 要 会 能 吗 呢 吧 啊 之 此 该 从 由 向 至
    到 去 来 说 年 月 日 号
    """
)

#: Stands right behind the name of a place, or of what one complains about.
BEHIND_A_NAME = _words(
    """
    小区 新村 家园 花园 花苑 公寓 广场 大厦 楼盘 社区 居民区 住宅区 工地 附近 旁边 旁 边上 周边 门口
    门前 对面 楼下 一期 二期 三期 四期 五期 公司 集团 有限公司 学校 小学 中学 幼儿园 医院 市场 物业
    开发商 项目 公交站 地铁站 立交桥 大桥 派出所 工业园 产业园 大道 路 街 巷 村 镇 乡 组 栋 幢 酒店
    饭店 餐馆 工厂
    """
)

#: What residents complain about: it tells the matter, and ends a name as well.
MATTERS = _words(
    """
    噪音 噪声 扰民 污染 灰尘 扬尘 粉尘 施工 收费 停车 车位 违建 违章 违规 非法 举报 合同 退款 退费
    补贴 拆迁 安置 房产证 不动产证 产权证 购房 交房 质量 漏水 渗水 停水 停电 断水 断电 供水 供电 暖气
    天然气 油烟 烟尘 垃圾 臭味 恶臭 异味 红绿灯 公交 地铁 公交车 路灯 道路 公路 修路 堵车 拥堵 占道
    经营 摊贩 流动 夜宵 麻将馆 公办 民办 普惠 学位 入学 上学 招生 老师 教师 补课 培训 学费 工资 拖欠
    社保 医保 养老 公积金 贷款 落户 户口 档案 公安 报案 立案 诈骗 网贷 集资 业委会 业主委员会 虚假宣传
    捆绑 强制 消费 精装 绿化 电梯 安全 隐患 消防 路面 坑 围墙 树 狗 宠物 医生 药 疫苗 低保 征地 补偿
    土地 村民 村委 搅拌站 搅拌厂 混凝土 水泥 厂 审批 旧城改造 考试 报名 资格
    """
)

#: Kinds of things, offices and people: three characters of a name must be left without them.
GENERAL = _words(
    """
    房地产 有限 商品房 保障 开发区 经开区 行政 政府 管理 中心 服务 分局 实业 投资 置业 物业 建设 工程
    首次 大型 购买 实验 职业 技术 学院 大学 交通 人才市场 工作人员 工作 人员 事业 单位 地下 车库 黑恶
    势力 住建局 教育局 环保局 城管 大队 开发 地产 官方 网站 负责人 房屋 买卖 买房 消费者 产权 规划 地方
    环境 一个 两个 小时 电话 客服 银行 公园 公司 项目 主管 集团 人行 天桥 过街 乱停 乱放
    """
)

# -- English ------------------------------------------------------------------------------------------------------

ENGLISH_PASSING = _words(
    """
    the a an and or but of in on at to for from by with near next behind beside opposite outside inside is are was
    were be been has have had do does did not no there here this that these those it its we our us i my me you your
    they their he she please help hello hi dear sir madam thanks thank very much so too again still since every all
    day night morning evening week month year today yesterday now always never can could would should will just also
    when where what who why how street people resident residents neighbour neighbours neighbor neighbors report
    reporting complaint complain problem issue
    """
)

ENGLISH_BEHIND_A_NAME = _words(
    """
    apartments apartment estate court house building tower towers park square plaza mall market school hospital
    station bridge road street avenue lane drive close terrace gardens garden hotel restaurant factory works plant
    site company ltd inc
    """
)
