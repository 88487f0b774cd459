"""The letters, in English and Simplified Chinese."""

from typing import NamedTuple


class Letter(NamedTuple):
    subject: str
    body: str


LETTERS: dict[str, dict[str, Letter]] = {
    "verify_email": {
        "en": Letter(
            "Your Lyceum code: {code}",
            "Hello,\n\nyour verification code is {code}. It works for {minutes} minutes.\n\n"
            "If you did not register at Lyceum, ignore this mail: without the code nothing happens.\n",
        ),
        "zh": Letter(
            "您的 Lyceum 验证码：{code}",
            "您好！\n\n您的验证码是 {code}，{minutes} 分钟内有效。\n\n"
            "如果您没有注册 Lyceum，请忽略此邮件：没有验证码，不会发生任何事情。\n",
        ),
    },
    "already_registered": {
        "en": Letter(
            "You already have a Lyceum account",
            "Hello {name},\n\nsomebody, perhaps you, tried to register with this address, "
            "which already has an account.\n"
            "If it was you, sign in, or ask for a new password. If not, you need not do anything.\n",
        ),
        "zh": Letter(
            "您已经拥有 Lyceum 账户",
            "{name}，您好！\n\n有人（也许是您）尝试用此邮箱注册，但该邮箱已有账户。\n"
            "如果是您本人，请直接登录或重置密码；如果不是，则无需任何操作。\n",
        ),
    },
    "reset_password": {
        "en": Letter(
            "Your Lyceum password code: {code}",
            "Hello {name},\n\nyour code for a new password is {code}. It works for {minutes} minutes.\n\n"
            "If you did not ask for it, ignore this mail: your password stays as it is.\n",
        ),
        "zh": Letter(
            "您的 Lyceum 密码重置码：{code}",
            "{name}，您好！\n\n您的密码重置码是 {code}，{minutes} 分钟内有效。\n\n"
            "如果不是您本人申请，请忽略此邮件：您的密码不会改变。\n",
        ),
    },
    "password_changed": {
        "en": Letter(
            "Your Lyceum password was changed",
            "Hello {name},\n\nyour password was changed and every other session was signed out.\n"
            "If it was not you, ask for a new password at once.\n",
        ),
        "zh": Letter(
            "您的 Lyceum 密码已修改",
            "{name}，您好！\n\n您的密码已修改，其他所有会话均已退出登录。\n如果不是您本人操作，请立即重置密码。\n",
        ),
    },
    "work_approved": {
        "en": Letter(
            "Approved: {title}",
            "Hello {name},\n\nyour work “{title}” was approved. You can publish it now.\n",
        ),
        "zh": Letter(
            "审核通过：{title}",
            "{name}，您好！\n\n您的作品《{title}》已通过审核，现在可以发布。\n",
        ),
    },
    "work_rejected": {
        "en": Letter(
            "Not approved yet: {title}",
            "Hello {name},\n\nyour work “{title}” was not approved. The reviewer writes:\n\n{reasons}\n\n"
            "You can change the draft and submit it again.\n",
        ),
        "zh": Letter(
            "审核未通过：{title}",
            "{name}，您好！\n\n您的作品《{title}》未通过审核。审核意见：\n\n{reasons}\n\n您可以修改草稿后重新提交。\n",
        ),
    },
    "upload_refused": {
        "en": Letter(
            "A file of “{title}” was refused",
            "Hello {name},\n\nthe file “{file}” that you uploaded for “{title}” was refused:\n\n{reason}\n",
        ),
        "zh": Letter(
            "《{title}》的一个文件未被接受",
            "{name}，您好！\n\n您为《{title}》上传的文件“{file}”未被接受：\n\n{reason}\n",
        ),
    },
    "order_paid": {
        "en": Letter(
            "Your Lyceum order {order_id}",
            "Hello {name},\n\nthank you: {total} for\n\n{works}\n\nYou find everything in your library.\n",
        ),
        "zh": Letter(
            "您的 Lyceum 订单 {order_id}",
            "{name}，您好！\n\n感谢您的购买，共计 {total}：\n\n{works}\n\n您可以在资料库中阅读。\n",
        ),
    },
    "gift_paid": {
        "en": Letter(
            "Your Lyceum gift: order {order_id}",
            "Hello {name},\n\nthank you: {total} for a gift of\n\n{works}\n\n"
            "On your order's page you get the link by which one person can claim it:\n\n{url}\n",
        ),
        "zh": Letter(
            "您的 Lyceum 礼物：订单 {order_id}",
            "{name}，您好！\n\n感谢您购买礼物，共计 {total}：\n\n{works}\n\n"
            "请在订单页面获取领取链接，仅限一人领取：\n\n{url}\n",
        ),
    },
    "gift_claimed": {
        "en": Letter(
            "Your gift was claimed: order {order_id}",
            "Hello {name},\n\nwhoever you gave the link to has claimed your gift:\n\n{works}\n\n"
            "It is theirs now, and the link is of no more use.\n",
        ),
        "zh": Letter(
            "您的礼物已被领取：订单 {order_id}",
            "{name}，您好！\n\n收到链接的人已领取您的礼物：\n\n{works}\n\n礼物现已归对方所有，该链接不再有效。\n",
        ),
    },
    "pass_ends": {
        "en": Letter(
            "Your pass ends soon: {title}",
            "Hello {name},\n\nyour pass “{title}” ends on {ends}.\n"
            "It does not renew itself. If you buy another before, that begins where this one ends.\n",
        ),
        "zh": Letter(
            "您的通行证即将到期：{title}",
            "{name}，您好！\n\n您的通行证“{title}”将于 {ends} 到期。\n"
            "通行证不会自动续期。如在到期前续购，新的期限将从当前期限结束时开始。\n",
        ),
    },
    "renewal_failed": {
        "en": Letter(
            "Your card was declined: {title}",
            "Hello {name},\n\nwe could not renew your subscription “{title}”: your card was declined for {amount}.\n"
            "It will be tried again. To pay now, with this card or another:\n\n{url}\n\n"
            "You can go on reading until {until}.\n",
        ),
        "zh": Letter(
            "续订扣款失败：{title}",
            "{name}，您好！\n\n您的订阅“{title}”未能续订：银行卡扣款 {amount} 被拒绝。\n"
            "系统将再次尝试扣款。您也可以立即使用此卡或其他银行卡付款：\n\n{url}\n\n"
            "在 {until} 之前您可以继续阅读。\n",
        ),
    },
    "subscription_ended": {
        "en": Letter(
            "Your subscription has ended: {title}",
            "Hello {name},\n\nyour subscription “{title}” has ended, and your card is not charged any more.\n"
            "What you paid for ends on {until}. You can subscribe again at any time.\n",
        ),
        "zh": Letter(
            "订阅已结束：{title}",
            "{name}，您好！\n\n您的订阅“{title}”已结束，不会再从您的银行卡扣款。\n"
            "已付费的期限至 {until} 为止。您可以随时重新订阅。\n",
        ),
    },
    "refund_sent": {
        "en": Letter(
            "Your refund: order {order_id}",
            "Hello {name},\n\nwe sent {amount} of order {order_id} back to you.\n"
            "How soon it arrives depends on your bank or wallet.\n",
        ),
        "zh": Letter(
            "退款通知：订单 {order_id}",
            "{name}，您好！\n\n我们已退回订单 {order_id} 的 {amount}。\n到账时间取决于您的银行或钱包。\n",
        ),
    },
    "refund_rejected": {
        "en": Letter(
            "About your refund request: order {order_id}",
            "Hello {name},\n\nwe cannot refund {amount} of order {order_id}.\n\n{because}\n",
        ),
        "zh": Letter(
            "关于您的退款申请：订单 {order_id}",
            "{name}，您好！\n\n订单 {order_id} 的 {amount} 无法退款。\n\n{because}\n",
        ),
    },
    "complaint_opened": {
        "en": Letter(
            "A reader complains: {title}",
            "Hello {name},\n\na reader who bought “{title}” (order {order_id}) complains:\n\n{text}\n\n"
            "Please answer until {until}, at the sale. We decide then; what you earned by this sale waits for it.\n",
        ),
        "zh": Letter(
            "读者投诉：{title}",
            "{name}，您好！\n\n购买“{title}”（订单 {order_id}）的读者提出投诉：\n\n{text}\n\n"
            "请于 {until} 之前在该笔销售的页面答复。之后由平台裁定；在此之前，该笔销售的收入暂不结算。\n",
        ),
    },
    "complaint_upheld": {
        "en": Letter(
            "Your complaint is upheld: {title}",
            "Hello {name},\n\nyou complained about “{title}” (order {order_id}), and were right: "
            "{amount} come back to you.\n\n{because}\n",
        ),
        "zh": Letter(
            "投诉成立：{title}",
            "{name}，您好！\n\n您对“{title}”（订单 {order_id}）的投诉成立，我们将退回 {amount}。\n\n{because}\n",
        ),
    },
    "complaint_dismissed": {
        "en": Letter(
            "About your complaint: {title}",
            "Hello {name},\n\nwe looked into your complaint about “{title}” (order {order_id}), and do not refund it.\n"
            "\n{because}\n",
        ),
        "zh": Letter(
            "关于您的投诉：{title}",
            "{name}，您好！\n\n我们核实了您对“{title}”（订单 {order_id}）的投诉，决定不予退款。\n\n{because}\n",
        ),
    },
    "payment_returned": {
        "en": Letter(
            "Your money comes back: order {order_id}",
            "Hello {name},\n\na payment of {amount} for order {order_id} could not be used, "
            "so we sent it back to you.\n"
            "How soon it arrives depends on your bank or wallet. Your order page says why.\n",
        ),
        "zh": Letter(
            "款项退回：订单 {order_id}",
            "{name}，您好！\n\n订单 {order_id} 的一笔付款（{amount}）无法使用，我们已将其退回。\n"
            "到账时间取决于您的银行或钱包。原因请见订单页面。\n",
        ),
    },
}
